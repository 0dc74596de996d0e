import type { HttpClient } from '../http.ts';
import { fittingBody } from '../notification-data.ts';
import type { Outcome } from '../outcome.ts';
import { readSettings } from '../settings.ts';
import { publicKeys, readSecret, webhookHeaders } from '../signature.ts';
import type { Channel, ChannelSettings, Notification, SendOptions } from './channel.ts';

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
    const outcome = await http.post({ url, headers, body, timeout_ms });
    gone = outcome.status === 410;
    return outcome;
  }

  return { name: read.text('name') ?? 'webhook', public_keys: publicKeys(signers), send };
}

function bodyOf(notification: Notification): string {
  const { type, time } = notification;
  const bodyWith = (data: object) => JSON.stringify({ type, timestamp: time, data });
  return fittingBody(notification, { bytes_max: BODY_BYTES_MAX, bodyWith });
}
