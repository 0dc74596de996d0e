import { createHash } from 'node:crypto';
import type { Verdict } from '@sextant/detectors';
import type { AlertSummary } from './channels/channel.ts';
import type { Transition } from './state.ts';
import { summarise } from './summary.ts';

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

/** Where a verdict came from. Times are microseconds since 1970. */
export interface VerdictContext extends AlertKey {
  readonly window_start_us: number;
  readonly window_end_us: number;
  readonly example_trace_ids: readonly string[];
}

/** An alert with its latest state. */
export interface AlertRecord {
  readonly alert_id: string;
  readonly state: 'firing' | 'resolved';
  readonly rule: string;
  readonly feature: string;
  readonly slice_key: string;
  readonly slice_value: string;
  readonly summary: string;
  /** ISO 8601: start of the first window that drifted. */
  readonly since: string;
  /** ISO 8601: end of the window that resolved it; null while it fires. */
  readonly resolved: string | null;
  /** The latest verdict that changed the state, with its window. */
  readonly verdict: Readonly<Record<string, unknown>>;
  readonly example_trace_ids: readonly string[];
}

/** How far a notification of an alert has come on one channel. */
export interface Delivery {
  readonly channel: string;
  readonly type: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly last_error: string | null;
  /** ISO 8601; null when no attempt will follow. */
  readonly next_attempt: string | null;
}

/** An alert as the API shows it. */
export interface Alert extends AlertRecord {
  readonly notifications: readonly Delivery[];
}

export function describeAlert(
  verdict: Verdict,
  context: VerdictContext,
  transition: Transition,
): AlertRecord {
  const { rule, feature, slice_key, slice_value } = context;
  const since = isoTime(transition.since_us);
  const resolved = transition.to === 'resolved' ? isoTime(context.window_end_us) : null;
  return {
    alert_id: alertId(context, transition.fired_us),
    state: transition.to,
    rule,
    feature,
    slice_key,
    slice_value,
    summary: summarise({ verdict, feature, slice_key, slice_value, since, resolved }),
    since,
    resolved,
    verdict: {
      ...verdict,
      window_start: isoTime(context.window_start_us),
      window_end: isoTime(context.window_end_us),
    },
    example_trace_ids: context.example_trace_ids.slice(0, EXAMPLES_MAX),
  };
}

export function notificationAlert(alert: AlertRecord, where: { tenant: string; url: string }): AlertSummary {
  const { slice_key, slice_value, ...rest } = alert;
  return { ...rest, ...where, slice: { [slice_key]: slice_value } };
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
