import type { HttpClient } from '../http.ts';
import type { Outcome } from '../outcome.ts';

/**
 * A channel carries a notification to where people are.
 *
 * Contract (every channel that speaks HTTP runs `test/contracts/channel.ts`):
 * - `send` makes one attempt and never throws: what happened is the value it returns.
 * - The same notification may be sent again after any outcome; receivers see the same `notification.id`.
 * - It ends within `timeout_ms`, follows no redirect, and reads a bounded answer.
 * - Retrying is not its business: the outbox decides.
 */
export interface Channel {
  readonly name: string;
  /** What receivers verify signatures with, for anybody to see; the newest first. */
  readonly public_keys?: readonly string[];
  /** Whether it carries `alert.acknowledged`: where an alert is an incident that somebody takes. Others get none. */
  readonly takes_acknowledgements?: boolean;
  send(notification: Notification, options: SendOptions): Promise<Outcome>;
}

/** What a channel is configured with, as it stands in the configuration: each factory checks its own. */
export type ChannelSettings = Readonly<Record<string, unknown>>;

/**
 * @param http what to send with: it refuses addresses the operator does not allow
 * @throws SextantError bad_request for settings the channel cannot work with, destination_blocked
 */
export type ChannelFactory = (settings: ChannelSettings, http: HttpClient) => Channel | Promise<Channel>;

export interface SendOptions {
  readonly timeout_ms: number;
}

export interface Notification {
  /** Stable over retries: receivers use it to ignore repetitions. */
  readonly id: string;
  readonly type: 'alert.firing' | 'alert.acknowledged' | 'alert.resolved' | 'alert.test' | 'alert.heartbeat';
  /** ISO 8601. */
  readonly time: string;
  /** The alert; where alerts are grouped, the group as if it were one alert, with an id that stays. */
  readonly alert: AlertSummary;
  /**
   * The alerts of a group, for channels that can tell each of them; absent where alerts are told one by one. A group
   * of one may hold nothing but `alert` itself.
   */
  readonly group?: NotificationGroup;
}

export interface NotificationGroup {
  /** What the alerts have in common: the labels they are grouped by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Those that fire or have just ended, a bounded number of them. */
  readonly alerts: readonly AlertSummary[];
  /** How many more there are. */
  readonly truncated: number;
}

export interface AlertSummary {
  readonly alert_id: string;
  readonly tenant: string;
  readonly rule: string;
  readonly state: 'firing' | 'resolved';
  readonly feature: string;
  readonly slice: Readonly<Record<string, string>>;
  /** What moved, how much, since when: for a person. */
  readonly summary: string;
  /** When it began, ISO 8601. */
  readonly since: string;
  /** When it ended, ISO 8601; null while it fires. */
  readonly resolved: string | null;
  readonly verdict: Readonly<Record<string, unknown>>;
  /** Where to look, on the collector's own page. */
  readonly url: string;
  readonly example_trace_ids: readonly string[];
  readonly severity?: 'critical' | 'warning' | 'info';
  /** What routes, silences and inhibitions match. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly runbook_url?: string | null;
  /** What shows the same figures again: a command line or a statement of SQL. */
  readonly query?: string | null;
  /** A chart as PNG, at an address that needs no key and ends. */
  readonly image_url?: string | null;
  /** Versions by "kind:name" as they were before it began; null where none are known. */
  readonly last_good_versions?: Readonly<Record<string, string>> | null;
  readonly acknowledged_by?: string | null;
}
