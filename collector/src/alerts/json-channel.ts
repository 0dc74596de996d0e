import type { Channel, Notification } from './channels/channel.ts';
import type { HttpClient } from './http.ts';

interface JsonChannelParts {
  readonly name: string;
  readonly url: URL;
  readonly http: HttpClient;
  /** Value of that header, for receivers that ask for one. */
  readonly authorization?: string | null;
  /** What JSON is made of. */
  bodyOf(notification: Notification): unknown;
}

/** A channel that posts one JSON body for each notification. */
export function jsonChannel({ name, url, http, authorization = null, bodyOf }: JsonChannelParts): Channel {
  const headers = {
    'content-type': 'application/json',
    ...(authorization !== null && { authorization }),
  };
  return {
    name,
    async send(notification, { timeout_ms }) {
      const body = JSON.stringify(bodyOf(notification));
      return http.post({ url, headers, body, timeout_ms });
    },
  };
}
