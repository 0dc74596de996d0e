import type { HttpClient } from '../http.ts';
import { dataOf, groupOf } from '../message.ts';
import type { Outcome } from '../outcome.ts';
import { readSettings } from '../settings.ts';
import { publicKeys, readSecret, webhookHeaders } from '../signature.ts';
import { cut } from '../text.ts';
import type {
  AlertSummary,
  Channel,
  ChannelSettings,
  Notification,
  NotificationGroup,
  SendOptions,
} from './channel.ts';

/** Standard Webhooks 1.0.0 asks for bodies below 20 KB. */
const BODY_BYTES_MAX = 20_000;
const TEXT_UNITS_MAX = 300;
const GROUP_ALERTS = 5;

/**
 * Signed webhooks after Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).
 *
 * Settings: `url`; `secrets`, as a list or separated by spaces: more than one while they change, and without
 * any nothing is signed; `name`, where more than one webhook is configured.
 *
 * A receiver that answers 410 is not asked again until the collector restarts or a test notification reaches it.
 */
export function webhook(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('webhook', settings, ['url', 'secrets', 'name']);
  const url = http.readUrl(settings['url']);
  const signers = read.texts('secrets').map(readSecret);
  let gone = false;

  async function send(notification: Notification, { timeout_ms }: SendOptions): Promise<Outcome> {
    if (gone && notification.type !== 'alert.test')
      return { result: 'failed', reason: 'The receiver has answered HTTP 410 before.' };
    const body = bodyOf(notification);
    const headers = webhookHeaders(signers, notification.id, body);
    const outcome = await http.post({ url, headers, body, timeout_ms });
    gone = outcome.status === 410;
    return outcome;
  }

  return { name: read.text('name') ?? 'webhook', public_keys: publicKeys(signers), send };
}

function bodyOf(notification: Notification): string {
  const { type, time, alert } = notification;
  const versions = shortened(alert, groupOf(notification)).map((data) =>
    JSON.stringify({ type, timestamp: time, data }),
  );
  const fitting = versions.find((body) => Buffer.byteLength(body) < BODY_BYTES_MAX);
  return fitting ?? versions.at(-1) ?? '';
}

/** The alert, then ever shorter versions of it: examples go first, then the group, long texts and figures. */
function shortened(alert: AlertSummary, group: NotificationGroup | undefined): object[] {
  const few_examples = { ...alert, example_trace_ids: alert.example_trace_ids.slice(0, 3) };
  const whole = [
    dataOf({ alert, ...(group && { group }) }),
    { ...few_examples, ...(group && { group: shortGroup(group) }) },
    few_examples,
    { ...alert, example_trace_ids: [] },
  ];
  return [...whole, core(alert), { ...core(alert), verdict: {} }];
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
