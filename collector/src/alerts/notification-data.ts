import type { AlertSummary, Notification, NotificationGroup } from './channels/channel.ts';
import { cut, webAddress } from './text.ts';

const TEXT_UNITS_MAX = 300;
const EXAMPLES = 3;
const GROUP_ALERTS = 5;

/** What a notification is about: the alert, and the group where that is more than the alert. */
type About = Pick<Notification, 'alert' | 'group'>;

export interface Fit {
  readonly bytes_max: number;
  bodyWith(data: object): string;
}

/**
 * The body with the notification as a program reads it, or with as much of it as makes a body of fewer bytes: examples
 * go first, then the group, long texts and figures; what identifies the alert stays.
 */
export function fittingBody(about: About, { bytes_max, bodyWith }: Fit): string {
  let body = '';
  for (const data of shortened(about)) {
    body = bodyWith(data);
    if (Buffer.byteLength(body) < bytes_max) break;
  }
  return body;
}

function* shortened({ alert, group: whole_group }: About): Generator<object> {
  const group = isAlone(alert, whole_group) ? undefined : whole_group;
  yield { ...alert, ...(group && { group }) };
  const few_examples = { ...alert, example_trace_ids: alert.example_trace_ids.slice(0, EXAMPLES) };
  yield { ...few_examples, ...(group && { group: shortGroup(group) }) };
  yield few_examples;
  yield { ...alert, example_trace_ids: [] };
  yield { ...core(alert), ...whereToLook(alert) };
  yield { ...core(alert), ...whereToLook(alert), verdict: {} };
  yield { ...core(alert), verdict: {} };
}

/** Whether the alert is all there is in the group. */
function isAlone({ alert_id }: AlertSummary, group: NotificationGroup | undefined): boolean {
  return group?.truncated === 0 && group.alerts.every((alert) => alert.alert_id === alert_id);
}

function shortGroup({ labels, alerts, truncated }: NotificationGroup): object {
  const told = alerts.slice(0, GROUP_ALERTS).map(core);
  return { labels, alerts: told, truncated: truncated + alerts.length - told.length };
}

/** What identifies an alert, and the most important of what it says. */
function core(alert: AlertSummary): object {
  const { alert_id, state, since, resolved, url, severity } = alert;
  return {
    ...{ alert_id, state, since, resolved, url, ...(severity && { severity }) },
    tenant: short(alert.tenant),
    rule: short(alert.rule),
    feature: short(alert.feature),
    slice: shortTexts(Object.fromEntries(Object.entries(alert.slice).slice(0, 2))),
    summary: short(alert.summary),
    verdict: shortTexts(alert.verdict),
    example_trace_ids: [],
  };
}

/** What a person goes on with. A query or an address that was cut would lead astray. */
export function whereToLook({ runbook_url, image_url, query, example_trace_ids }: AlertSummary) {
  return {
    example_trace_ids: example_trace_ids.slice(0, EXAMPLES).map(short),
    ...(runbook_url && { runbook_url: webAddress(runbook_url) }),
    ...(image_url && { image_url: webAddress(image_url) }),
    ...(query && { query: query.length > QUERY_UNITS_MAX ? null : query }),
  };
}

const QUERY_UNITS_MAX = 2000;

function shortTexts(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      short(name),
      typeof value === 'string' ? short(value) : value,
    ]),
  );
}

function short(text: string): string {
  return cut(text, TEXT_UNITS_MAX);
}
