import { createHash } from 'node:crypto';
import type { AlertSummary } from './channels/channel.ts';
import type { Labels } from './notify/matcher.ts';
import type { Transition, Window } from './state.ts';

/** Enough to look into; a page with hundreds of links helps nobody. */
const EXAMPLES_MAX = 20;

/** What is watched: one state machine each. */
export interface AlertKey {
  readonly tenant: string;
  readonly rule: string;
  readonly feature: string;
  readonly slice_key: string;
  readonly slice_value: string;
}

/** Name of alerts on verdicts where no rule asks for them: what watches names it in the context of a verdict. */
export const default_rule = 'drift';

/** Where a verdict came from. Times are microseconds since 1970. */
export interface VerdictContext extends AlertKey {
  readonly window_start_us: number;
  readonly window_end_us: number;
  readonly example_trace_ids: readonly string[];
  /** False where another verdict on the same window speaks for this one, unless a rule asks for it; else true. */
  readonly is_lead?: boolean;
}

/** What a rule found out about one window of what it watches. */
export interface Finding extends AlertKey, Window, Told {
  /** The evidence: a verdict, or the figures of the rule. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly example_trace_ids: readonly string[];
  /** One sentence for a person; `resolved` is null while it fires. ISO 8601. */
  summarise(times: { readonly since: string; readonly resolved: string | null }): string;
}

/** What is told about an alert beside its evidence. */
export interface Told {
  readonly severity: Severity;
  /** Labels of the rule. */
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly runbook_url: string | null;
  /** What shows the same figures again. */
  readonly query: string | null;
}

export type Severity = 'critical' | 'warning' | 'info';

/** An alert with its latest state. */
export interface AlertRecord extends Told {
  readonly alert_id: string;
  readonly state: 'firing' | 'resolved';
  readonly rule: string;
  readonly feature: string;
  readonly slice_key: string;
  readonly slice_value: string;
  readonly summary: string;
  /** ISO 8601: start of the first window that was breached. */
  readonly since: string;
  /** ISO 8601: end of the window that resolved it; null while it fires. */
  readonly resolved: string | null;
  /** ISO 8601: end of the window that changed the state last. */
  readonly changed: string;
  /** The latest evidence that changed the state, with its window. */
  readonly verdict: Readonly<Record<string, unknown>>;
  readonly example_trace_ids: readonly string[];
  /** Versions by "kind:name" as they were before it began; null where none are known. */
  readonly last_good_versions: Labels | null;
  /** Whoever takes care of it; null where nobody has said so. */
  readonly acknowledged: Acknowledgement | null;
}

export interface Acknowledgement {
  readonly by: string;
  /** ISO 8601. */
  readonly time: string;
}

/** How far a notification of an alert has come on one channel. */
export interface Delivery {
  /** Number of the delivery, which shows its attempts and replays it. */
  readonly sequence: number;
  readonly channel: string;
  readonly type: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly last_error: string | null;
  /** ISO 8601; null when no attempt will follow. */
  readonly next_attempt: string | null;
}

/** Why nobody is told of an alert for now. */
export interface Mute {
  readonly by: 'silence' | 'maintenance' | 'inhibition';
  /** Id of the silence, name of the maintenance, or id of the alert that inhibits. */
  readonly id: string;
}

/** An alert as the API shows it. */
export interface Alert extends AlertRecord {
  readonly mute: Mute | null;
  readonly notifications: readonly Delivery[];
}

export function describeAlert(
  finding: Finding,
  transition: Transition,
  last_good_versions: Labels | null,
): AlertRecord {
  const { rule, feature, slice_key, slice_value, severity, labels, annotations, runbook_url, query } =
    finding;
  const since = isoTime(transition.since_us);
  const changed = isoTime(finding.window_end_us);
  const resolved = transition.to === 'resolved' ? changed : null;
  return {
    alert_id: alertId(finding, transition.fired_us),
    state: transition.to,
    ...{ rule, feature, slice_key, slice_value, severity, labels, annotations, runbook_url, query },
    summary: finding.summarise({ since, resolved }),
    ...{ since, resolved, changed },
    verdict: {
      ...finding.figures,
      window_start: isoTime(finding.window_start_us),
      window_end: changed,
    },
    example_trace_ids: finding.example_trace_ids.slice(0, EXAMPLES_MAX),
    last_good_versions,
    acknowledged: null,
  };
}

/** What routes, silences and inhibitions match. The labels of a rule do not hide those that identify the alert. */
export function labelsOf(tenant: string, alert: AlertRecord): Labels {
  const { rule, feature, severity, slice_key, slice_value } = alert;
  const slice = slice_key === 'all' ? {} : { [slice_key]: slice_value };
  return { ...alert.labels, ...slice, alertname: rule, feature, severity, tenant };
}

interface Where {
  readonly tenant: string;
  /** Address of the page, without a slash at its end. */
  readonly page_url: string;
  readonly chartPath: (tenant: string, alert_id: string) => string;
}

export function notificationAlert(alert: AlertRecord, { tenant, page_url, chartPath }: Where): AlertSummary {
  const { slice_key, slice_value, changed, acknowledged, ...rest } = alert;
  const { alert_id } = alert;
  return {
    ...rest,
    tenant,
    slice: { [slice_key]: slice_value },
    labels: labelsOf(tenant, alert),
    url: `${page_url}/alerts?alert=${alert_id}`,
    image_url: page_url + chartPath(tenant, alert_id),
    acknowledged_by: acknowledged?.by ?? null,
  };
}

/**
 * The same alert has the same id on every collector that sees the same verdicts, so that receivers can tell
 * repetitions. A later alert of the same key fires on a later window, and so has another id.
 */
function alertId(key: AlertKey, fired_us: number): string {
  const { tenant, rule, feature, slice_key, slice_value } = key;
  const identity = JSON.stringify([tenant, rule, feature, slice_key, slice_value, fired_us]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

export function isoTime(time_us: number): string {
  return new Date(time_us / 1000).toISOString();
}
