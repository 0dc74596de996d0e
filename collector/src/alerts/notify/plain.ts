import type { Notification } from '../channels/channel.ts';

interface Plain {
  readonly type: 'alert.test' | 'alert.heartbeat';
  readonly id: string;
  readonly rule: string;
  readonly summary: string;
  readonly public_url: string;
  readonly now_ms: number;
}

/** A notification that is about no alert. */
export function plainNotification({ type, id, rule, summary, public_url, now_ms }: Plain): Notification {
  const time = new Date(now_ms).toISOString();
  const alert = {
    ...{ alert_id: id, tenant: '', rule, state: 'resolved' as const, feature: rule, slice: {}, summary },
    ...{ since: time, resolved: time, verdict: {}, url: public_url, example_trace_ids: [] },
  };
  return { id, type, time, alert };
}
