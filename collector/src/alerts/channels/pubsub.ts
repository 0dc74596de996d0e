import { SextantError } from '../../errors.ts';
import type { HttpClient } from '../http.ts';
import { fittingBody } from '../notification-data.ts';
import type { Outcome } from '../outcome.ts';
import { readSettings } from '../settings.ts';
import { oneLine } from '../text.ts';
import { within } from '../within.ts';
import type { Channel, ChannelSettings, Notification, SendOptions } from './channel.ts';

const PUBSUB_URL = 'https://pubsub.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/pubsub';
/** Source: Pub/Sub, quotas: 1,024 bytes for the value of an attribute; a unit is at most 3 bytes. */
const ATTRIBUTE_UNITS_MAX = 341;
/** A message is not to take long; Pub/Sub would take 10 MB with the Base64. */
const DATA_BYTES_MAX = 1_000_000;

/** Gives an access token, however often it is asked. */
type TokenSource = () => Promise<string>;

/**
 * Publishes notifications to a topic of Google Pub/Sub through its REST interface, with the application default
 * credentials that the BigQuery store uses as well.
 *
 * Settings: `topic`, as "projects/PROJECT/topics/TOPIC"; `endpoint`, another address of the interface, such as an
 * emulator, which is asked without credentials; `name`.
 *
 * A message is the JSON of `{type, timestamp, data}`, the body a webhook has, with the attributes by which a
 * subscription may filter.
 * @throws SextantError bad_request when the library for the credentials is not installed
 */
export async function pubsub(
  settings: ChannelSettings,
  http: HttpClient,
  openTokens: () => Promise<TokenSource> = openGoogleTokens,
): Promise<Channel> {
  const read = readSettings('pubsub', settings, ['topic', 'endpoint', 'name']);
  const topic = read.requiredText('topic');
  if (!/^projects\/[\w.:-]+\/topics\/[\w.~+%-]+$/.test(topic))
    throw new SextantError('bad_request', 'The setting topic must be "projects/PROJECT/topics/TOPIC".');
  const endpoint = read.text('endpoint');
  const url = http.readUrl(`${(endpoint ?? PUBSUB_URL).replace(/\/+$/, '')}/v1/${topic}:publish`);
  const token = endpoint === null ? await openTokens() : null;

  async function send(notification: Notification, { timeout_ms }: SendOptions): Promise<Outcome> {
    const until_ms = performance.now() + timeout_ms;
    const authorization = await authorize(token, timeout_ms);
    if ('result' in authorization) return authorization;
    return http.post({
      url,
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ messages: [messageOf(notification)] }),
      timeout_ms: Math.max(1, Math.floor(until_ms - performance.now())),
    });
  }

  return { name: read.text('name') ?? 'pubsub', send };
}

type Authorization = { readonly authorization?: string };

async function authorize(token: TokenSource | null, timeout_ms: number): Promise<Authorization | Outcome> {
  if (token === null) return {};
  try {
    const value = await within(timeout_ms, token(), null);
    if (value !== null) return { authorization: `Bearer ${value}` };
    return { result: 'retry', reason: `No access token within ${timeout_ms} ms.` };
  } catch (error) {
    return { result: 'retry', reason: oneLine(`No access token: ${error}`, 200) };
  }
}

function messageOf(notification: Notification) {
  const { id, type, time, alert } = notification;
  const attributes = { id, type, alert_id: alert.alert_id, tenant: alert.tenant, rule: alert.rule };
  const bodyWith = (data: object) => JSON.stringify({ type, timestamp: time, data });
  const data = fittingBody(notification, { bytes_max: DATA_BYTES_MAX, bodyWith });
  return {
    data: Buffer.from(data).toString('base64'),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, oneLine(value, ATTRIBUTE_UNITS_MAX)]),
    ),
  };
}

/** The library is installed by who wants it; the client of BigQuery brings it along. */
async function openGoogleTokens(): Promise<TokenSource> {
  const { GoogleAuth } = await import('google-auth-library').catch((cause: unknown) => {
    const hint = 'The channel pubsub needs Google’s credentials: npm install google-auth-library';
    throw new SextantError('bad_request', hint, { cause });
  });
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  return async () => {
    const token = await auth.getAccessToken();
    if (!token) throw new Error('Google gave none.');
    return token;
  };
}
