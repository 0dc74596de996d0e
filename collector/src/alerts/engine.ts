import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { NewRow } from '../stores/schema.ts';
import type { Store } from '../stores/store.ts';
import {
  type Alert,
  type AlertRecord,
  describeAlert,
  isoTime,
  notificationAlert,
  type VerdictContext,
} from './alert.ts';
import type { Channel, Notification, Outcome } from './channels/channel.ts';
import { type AlertQuery, type ControlLimits, createControl } from './control.ts';
import {
  attempt,
  attempt_timeout_ms,
  createOutbox,
  type OutboxCounts,
  type OutboxSettings,
} from './outbox.ts';
import { advance, type Policy, type Window } from './state.ts';
import { createUnwritten } from './unwritten.ts';

/**
 * From verdicts to pages:
 *
 *     verdict ─▶ state machine ─▶ one SQLite transaction ─┬─▶ state, alert
 *                                                         ├─▶ outbox ─▶ channels
 *                                                         └─▶ unwritten ─▶ table alerts of the store
 */
export interface Alerts {
  /**
   * Judges one window. When it resolves, what follows from the verdict is durable; a window that was handed
   * before changes nothing. Rejects when the control database cannot be written, and may then be repeated.
   */
  onVerdict(verdict: Verdict, context: VerdictContext): Promise<void>;
  list(query: AlertQuery): Alert[];
  start(): void;
  stop(): Promise<void>;
  /**
   * Sends a test notification, one attempt past the outbox, and says what came of it.
   * @throws SextantError not_found when there is no such channel
   */
  test(channel_name: string): Promise<Outcome>;
  /** Makes every attempt that is due at `now_ms`. */
  deliverDue(now_ms: number): Promise<void>;
  counts(): AlertCounts;
}

interface AlertCounts {
  readonly outbox: OutboxCounts;
  readonly unwritten: { readonly waiting: number; readonly dropped: number };
}

export interface AlertsSettings {
  readonly store: Pick<Store, 'insert'>;
  /** Where state, outbox and alerts are kept; tables are created. Its owner closes it, after `stop`. */
  readonly control: DatabaseSync;
  readonly channels: readonly Channel[];
  readonly options: AlertOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface AlertOptions extends Partial<Policy>, Partial<ControlLimits> {
  /** Address of the collector's own page. */
  readonly public_url: string;
  readonly outbox?: Pick<
    OutboxSettings,
    'schedule_ms' | 'timeout_ms' | 'stop_timeout_ms' | 'rows_max' | 'random'
  >;
}

/** @throws SextantError bad_request when two channels have one name */
export function createAlerts({
  store,
  control: database,
  channels,
  options,
  now,
  log,
}: AlertsSettings): Alerts {
  const by_name = new Map(channels.map((channel) => [channel.name, channel]));
  if (by_name.size < channels.length)
    throw new SextantError('bad_request', 'Two channels have the same name.');
  const { for_windows = 1, keep_windows = 1, states_max = 100_000, alerts_max = 10_000 } = options;
  const control = createControl(database, { states_max, alerts_max });
  const outbox = createOutbox({ ...options.outbox, database, channels, now, log });
  const unwritten = createUnwritten({ database, store, log });

  async function onVerdict(verdict: Verdict, context: VerdictContext): Promise<void> {
    const changed = transaction(database, () => judge(verdict, context));
    if (!changed) return;
    outbox.wake();
    await unwritten.flush();
  }

  function judge(verdict: Verdict, context: VerdictContext): boolean {
    const before = control.state(context);
    const { state, transition } = advance(before, windowOf(verdict, context), { for_windows, keep_windows });
    if (state !== before) control.saveState(context, state);
    if (transition === null) return false;
    const alert = describeAlert(verdict, context, transition);
    control.saveAlert(context.tenant, alert);
    outbox.insert(notificationOf(alert, context));
    unwritten.insert(rowOf(alert, context));
    return true;
  }

  function notificationOf(alert: AlertRecord, { tenant, window_end_us }: VerdictContext): Notification {
    const { alert_id, state } = alert;
    const url = `${options.public_url.replace(/\/+$/, '')}/alerts?alert=${alert_id}`;
    return {
      id: `${alert_id}_${state}`,
      type: `alert.${state}`,
      time: isoTime(window_end_us),
      alert: notificationAlert(alert, { tenant, url }),
    };
  }

  async function test(channel_name: string): Promise<Outcome> {
    const channel = by_name.get(channel_name);
    if (channel === undefined) throw new SextantError('not_found', `There is no channel "${channel_name}".`);
    const timeout_ms = options.outbox?.timeout_ms ?? attempt_timeout_ms;
    return attempt(channel, testNotification(options.public_url, now()), timeout_ms);
  }

  return {
    onVerdict,
    list: (query) =>
      control.list(query).map((alert) => ({ ...alert, notifications: outbox.deliveries(alert.alert_id) })),
    start() {
      outbox.start();
      unwritten.start();
    },
    async stop() {
      await Promise.all([outbox.stop(), unwritten.stop()]);
    },
    test,
    deliverDue: outbox.deliverDue,
    counts: () => ({ outbox: outbox.counts(), unwritten: unwritten.counts() }),
  };
}

/** A verdict without p that did not drift had too little evidence. */
function windowOf(verdict: Verdict, { window_start_us, window_end_us }: VerdictContext): Window {
  const evidence = verdict.drifted ? 'drifted' : verdict.p === null ? 'none' : 'stable';
  return { evidence, window_start_us, window_end_us };
}

function rowOf(alert: AlertRecord, { tenant, window_end_us }: VerdictContext): NewRow<'alerts'> {
  const { alert_id, state, rule, feature, slice_key, slice_value, summary, verdict, example_trace_ids } =
    alert;
  const details = JSON.stringify({ verdict, example_trace_ids });
  return {
    tenant,
    alert_id,
    time: window_end_us,
    state,
    rule,
    feature,
    slice_key,
    slice_value,
    summary,
    details,
  };
}

function testNotification(public_url: string, now_ms: number): Notification {
  const time = new Date(now_ms).toISOString();
  const alert = {
    alert_id: `test_${now_ms}`,
    tenant: '',
    rule: 'test',
    state: 'resolved' as const,
    feature: 'test',
    slice: {},
    summary: 'This is a test: notifications from Sextant reach this channel.',
    since: time,
    resolved: time,
    verdict: {},
    url: public_url,
    example_trace_ids: [],
  };
  return { id: alert.alert_id, type: 'alert.test', time, alert };
}
