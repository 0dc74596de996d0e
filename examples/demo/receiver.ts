import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Answer, type LocalServer, type Received, startLocalServer } from './local-server.ts';

/** The fields of a notification's alert that the demo shows. */
export interface Alert {
  readonly feature: string;
  readonly summary: string;
  readonly verdict: { readonly why: string };
  /** The alert on the collector's page. */
  readonly url: string;
  readonly example_trace_ids: readonly string[];
}

export interface Receiver extends LocalServer {
  /** The first firing alert whose signature is good. */
  readonly alert: Promise<Alert>;
}

/** What a service of your own would be: takes webhooks, and believes those that are signed with the secret. */
export async function startReceiver({ secret }: { readonly secret: string }): Promise<Receiver> {
  const webhook = new Webhook(secret);
  const { promise: alert, resolve: onAlert } = Promise.withResolvers<Alert>();
  const server = await startLocalServer(async ({ headers, body }): Promise<Answer> => {
    try {
      const { type, data } = webhook.verify(body, signatureHeaders(headers)) as Notification;
      if (type === 'alert.firing') onAlert(data);
      return { status: 204 };
    } catch (error) {
      if (error instanceof WebhookVerificationError) return { status: 401, body: error.message };
      throw error;
    }
  });
  return { ...server, alert };
}

interface Notification {
  readonly type: string;
  readonly data: Alert;
}

function signatureHeaders(headers: Received['headers']): Record<string, string> {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return Object.fromEntries(names.map((name) => [name, String(headers[name] ?? '')]));
}
