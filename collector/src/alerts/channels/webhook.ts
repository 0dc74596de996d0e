import type { HttpClient } from '../http.ts';
import { readSettings } from '../settings.ts';
import { publicKeys, readSecret, webhookHeaders } from '../signature.ts';
import type {
  AlertSummary,
  Channel,
  ChannelSettings,
  Notification,
  Outcome,
  SendOptions,
} from './channel.ts';

/** Standard Webhooks 1.0.0 asks for bodies below 20 KB. */
const BODY_BYTES_MAX = 20_000;

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
    const { status, outcome } = await http.post({ url, headers, body, timeout_ms });
    gone = status === 410;
    return outcome;
  }

  return { name: read.text('name') ?? 'webhook', public_keys: publicKeys(signers), send };
}

function bodyOf({ type, time, alert }: Notification): string {
  const versions = shortened(alert).map((data) => JSON.stringify({ type, timestamp: time, data }));
  const fitting = versions.find((body) => Buffer.byteLength(body) < BODY_BYTES_MAX);
  return fitting ?? versions.at(-1) ?? '';
}

/** The alert, then ever shorter versions of it: examples go first, then the ends of long texts, then figures. */
function shortened(alert: AlertSummary): AlertSummary[] {
  const without_examples = { ...alert, example_trace_ids: [] };
  const brief = {
    ...without_examples,
    tenant: cut(alert.tenant),
    rule: cut(alert.rule),
    feature: cut(alert.feature),
    summary: cut(alert.summary),
    slice: Object.fromEntries(
      Object.entries(alert.slice)
        .slice(0, 2)
        .map((entry) => entry.map(cut)),
    ),
    verdict: cutTexts(alert.verdict),
  };
  const few_examples = { ...alert, example_trace_ids: alert.example_trace_ids.slice(0, 3) };
  return [alert, few_examples, without_examples, brief, { ...brief, verdict: {} }];
}

function cutTexts(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'string' ? cut(value) : value]),
  );
}

function cut(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`;
}
