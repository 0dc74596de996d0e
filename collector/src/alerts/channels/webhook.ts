import { SextantError } from '../../errors.ts';
import { post, readUrl } from '../http.ts';
import { readSecret, sign } from '../signature.ts';
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

const setting_names = ['url', 'secrets', 'name'];

/**
 * Signed webhooks after Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).
 *
 * Settings: `url`; `secrets`, as a list or separated by spaces: more than one while they change, and without
 * any nothing is signed; `name`, where more than one webhook is configured.
 *
 * A receiver that answers 410 is not asked again until the collector restarts or a test notification reaches it.
 */
export function webhook(settings: ChannelSettings): Channel {
  refuseUnknown(settings);
  const url = readUrl(settings['url']);
  const secrets = readSecrets(settings['secrets']);
  const name = typeof settings['name'] === 'string' ? settings['name'] : 'webhook';
  let gone = false;

  async function send(notification: Notification, { timeout_ms }: SendOptions): Promise<Outcome> {
    if (gone && notification.type !== 'alert.test')
      return { result: 'failed', reason: 'The receiver has answered HTTP 410 before.' };
    const body = bodyOf(notification);
    const { status, outcome } = await post({
      url,
      headers: headersOf(notification.id, body),
      body,
      timeout_ms,
    });
    gone = status === 410;
    return outcome;
  }

  function headersOf(id: string, body: string): Record<string, string> {
    const timestamp_s = Math.floor(Date.now() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': 'sextant',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp_s),
      ...(secrets.length > 0 && { 'webhook-signature': sign(secrets, { id, timestamp_s, body }) }),
    };
  }

  return { name, send };
}

/** A setting that is spelt wrong must not leave webhooks unsigned without a word. */
function refuseUnknown(settings: ChannelSettings): void {
  const unknown = Object.keys(settings).find((name) => !setting_names.includes(name));
  if (unknown === undefined) return;
  const known = setting_names.join(', ');
  throw new SextantError('bad_request', `A webhook has no setting "${unknown}"; it has: ${known}.`);
}

function readSecrets(setting: unknown): Uint8Array[] {
  const texts: unknown[] = [setting ?? []].flat();
  if (!texts.every((text) => typeof text === 'string')) {
    throw new SextantError('bad_request', 'The secrets of a webhook must be a text or a list of texts.');
  }
  return texts.flatMap((text) => text.split(/[\s,]+/).filter(Boolean)).map(readSecret);
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
