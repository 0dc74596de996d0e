import type { HttpClient } from '../http.ts';
import { fittingBody } from '../notification-data.ts';
import { readSettings } from '../settings.ts';
import { webAddress } from '../text.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

/** Source: CloudEvents 1.0.2, size limits: what everything on the way has to forward. */
const EVENT_BYTES_MAX = 64_000;

/**
 * Sends notifications as CloudEvents 1.0 over HTTP.
 *
 * Settings: `url`; `mode`, "structured" (the event is the body) or "binary" (its attributes are headers);
 * `source`, what the events say they come from, by default the address of the collector's page;
 * `authorization`, the value of that header, where the receiver asks for one; `name`.
 */
export function cloudevents(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('cloudevents', settings, ['url', 'mode', 'source', 'authorization', 'name']);
  const url = http.readUrl(settings['url']);
  const format = read.choice('mode', ['structured', 'binary']) === 'binary' ? binary : structured;
  const source = read.text('source');
  const authorization = read.text('authorization');

  return {
    name: read.text('name') ?? 'cloudevents',
    async send(notification, { timeout_ms }) {
      const attributes = attributesOf(notification, source);
      const { headers, bodyWith } = format(attributes);
      const bytes_max = EVENT_BYTES_MAX - Buffer.byteLength(JSON.stringify(attributes));
      const body = fittingBody(notification, { bytes_max, bodyWith });
      const sent = { ...headers, ...(authorization !== null && { authorization }) };
      return http.post({ url, headers: sent, body, timeout_ms });
    },
  };
}

/** Source: CloudEvents 1.0.2, context attributes. None of them may be empty. */
function attributesOf({ id, type, time, alert }: Notification, source: string | null) {
  const page = webAddress(alert.url);
  return {
    specversion: '1.0',
    id: id.toWellFormed(),
    source: source ?? (page === null ? 'sextant' : new URL(page).origin),
    type: `sextant.${type}`,
    time,
    ...(alert.alert_id !== '' && { subject: alert.alert_id.toWellFormed() }),
  };
}

interface Format {
  readonly headers: Readonly<Record<string, string>>;
  bodyWith(data: object): string;
}

type Attributes = ReturnType<typeof attributesOf>;

/** Source: CloudEvents 1.0.2, HTTP protocol binding, section 3.2. */
function structured(attributes: Attributes): Format {
  return {
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    bodyWith: (data) => JSON.stringify({ ...attributes, datacontenttype: 'application/json', data }),
  };
}

/** Source: CloudEvents 1.0.2, HTTP protocol binding, section 3.1. */
function binary(attributes: Attributes): Format {
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerValue(value)]);
  return {
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
    bodyWith: (data) => JSON.stringify(data),
  };
}

/**
 * Everything but printable ASCII, and the space, the quote and the percent sign, is percent-encoded UTF-8.
 * Source: CloudEvents 1.0.2, HTTP protocol binding, section 3.1.3.2.
 */
function headerValue(value: string): string {
  return value.replaceAll(/[^!#$&-~]+/g, (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
