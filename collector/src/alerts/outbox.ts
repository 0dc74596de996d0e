import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Delivery } from './alert.ts';
import type { Attempt } from './attempt-table.ts';
import type { Channel, Notification } from './channels/channel.ts';
import { createLanes } from './lanes.ts';
import { type DeliveryQuery, type LoggedDelivery, openOutboxTable, type RowState } from './outbox-table.ts';
import type { Outcome } from './outcome.ts';
import { settle, standard_schedule_ms } from './retry.ts';
import { within } from './within.ts';

/** Source: Standard Webhooks 1.0.0, which recommends 15 to 30 seconds. */
export const attempt_timeout_ms = 20_000;
/** A lane looks at least this often, so that a clock that was set back does not silence it. */
const PAUSE_MS_MAX = 60_000;
/** A channel may end a little late before it is taken to have broken its contract. */
const GRACE_MS = 1_000;

/**
 * Carries notifications to channels at least once, with the same id each time.
 *
 * - Each channel has its own lane, one attempt at a time: a receiver that hangs delays nobody else.
 * - Of one alert, a notification goes out only when the earlier ones are delivered or dead.
 * - A notification that cannot be delivered is kept as dead.
 */
export interface Outbox {
  /**
   * Takes a notification for the channels of these names, as part of a transaction of the caller; `wake` after it.
   * Without names it is for every channel.
   */
  insert(notification: Notification, channel_names?: readonly string[]): void;
  wake(): void;
  start(): void;
  /** Serves the channels there are now; what waits for others is dead. */
  adapt(): void;
  /** Waits for attempts in flight, up to a limit; an attempt cut off is repeated after the next start. */
  stop(): Promise<void>;
  /** Makes every attempt that is due at `now_ms`, whether started or not. */
  deliverDue(now_ms: number): Promise<void>;
  deliveries(alert_id: string): Delivery[];
  /** What went to channels or is on its way, newest first. */
  log(query: DeliveryQuery): LoggedDelivery[];
  /** Every attempt of a delivery that is still kept, oldest first. @throws SextantError not_found */
  attempts(tenant: string, sequence: number): Attempt[];
  /** Has a dead notification sent again, with the same id. @throws SextantError not_found */
  replay(tenant: string, sequence: number): LoggedDelivery;
  counts(): OutboxCounts;
}

/** Rows in each state, and rows dropped since the process started, by the state they had. */
export type OutboxCounts = Readonly<Record<RowState | `dropped_${RowState}`, number>>;

export interface OutboxSettings {
  readonly database: DatabaseSync;
  /** By name. The caller may change them, and calls `adapt` after it. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly schedule_ms?: readonly number[];
  /** For one attempt. */
  readonly timeout_ms?: number;
  readonly stop_timeout_ms?: number;
  readonly rows_max?: number;
  /** In [0, 1); spreads retries so that receivers are not hit by all at once. */
  readonly random?: () => number;
}

export function createOutbox(settings: OutboxSettings): Outbox {
  const { database, channels, now, log } = settings;
  const { schedule_ms = standard_schedule_ms, rows_max = 10_000, random = Math.random } = settings;
  const { timeout_ms = attempt_timeout_ms, stop_timeout_ms = 5_000 } = settings;
  const table = openOutboxTable(database);
  const dropped = { dropped_pending: 0, dropped_delivered: 0, dropped_dead: 0 };
  const lanes = createLanes(channels, step);
  let phase: 'waiting' | 'running' | 'stopping' | 'abandoned' = 'waiting';

  function insert(notification: Notification, channel_names?: readonly string[]): void {
    for (const name of channels.keys()) {
      if (channel_names?.includes(name) ?? true) table.insert(notification, name, now());
    }
    for (const { state, rows } of table.trim(rows_max)) dropped[`dropped_${state}`] += rows;
  }

  function start(): void {
    phase = 'running';
    adapt();
  }

  function adapt(): void {
    if (phase !== 'running') return;
    const buried = table.buryUnknown([...channels.keys()]);
    if (buried > 0) log.warn({ buried }, 'Notifications to channels no longer configured are dead.');
    lanes.adapt();
  }

  async function stop(): Promise<void> {
    phase = 'stopping';
    await lanes.stop(stop_timeout_ms);
    phase = 'abandoned';
  }

  /** Makes the next attempt where one is due; returns how long to wait for the one after it. */
  async function step(channel: Channel): Promise<number> {
    try {
      if (await deliverNext(channel, now)) return 0;
      const due_ms = table.nextDue(channel.name) ?? Number.POSITIVE_INFINITY;
      return Math.max(0, Math.min(due_ms - now(), PAUSE_MS_MAX));
    } catch (error) {
      log.error({ error, channel: channel.name }, 'The outbox could not be read or written.');
      return PAUSE_MS_MAX;
    }
  }

  async function deliverDue(now_ms: number): Promise<void> {
    const deliverAll = async (channel: Channel) => {
      while (phase !== 'abandoned' && (await deliverNext(channel, () => now_ms)));
    };
    await Promise.all([...channels.values()].map(deliverAll));
  }

  /** Makes one attempt; returns false when nothing is due. */
  async function deliverNext(channel: Channel, clock: () => number): Promise<boolean> {
    const lease_ms = 2 * (timeout_ms + GRACE_MS);
    const claim = table.claim({ channel: channel.name, now_ms: clock(), lease_ms });
    if (claim === null) return false;
    const began_ms = performance.now();
    const outcome = await attempt(channel, claim.notification, timeout_ms);
    const duration_ms = Math.round(performance.now() - began_ms);
    // After stop the database belongs to its owner again; the lease brings the row back.
    if (phase === 'abandoned') return true;
    const settled = settle({
      outcome,
      attempts: claim.attempts,
      ended_ms: clock(),
      schedule_ms,
      random: random(),
    });
    table.settle(claim, { ...settled, ...answerOf(outcome), duration_ms }, clock());
    if (settled.state === 'dead') {
      log.error({ channel: channel.name, id: claim.notification.id, ...settled }, 'A notification is dead.');
    }
    return true;
  }

  function replay(tenant: string, sequence: number): LoggedDelivery {
    const dead = table.replay(tenant, sequence, now());
    const delivery = found(dead, `No dead notification has the number ${sequence}.`);
    lanes.wake();
    return delivery;
  }

  return {
    insert,
    wake: lanes.wake,
    start,
    adapt,
    stop,
    deliverDue,
    log: table.log,
    attempts: (...which) => found(table.attempts(...which), `There is no delivery ${which[1]}.`),
    replay,
    deliveries: table.deliveries,
    counts: () => ({ ...table.counts(), ...dropped }),
  };
}

function found<Value>(value: Value | null, otherwise: string): Value {
  if (value === null) throw new SextantError('not_found', otherwise);
  return value;
}

/** A channel of the user's own may give a status that is none. */
function answerOf({ result, status }: Outcome) {
  return { result, status: Number.isInteger(status) ? (status as number) : null };
}

/** One attempt that keeps the contract of a channel even where a user's own channel does not. */
export async function attempt(
  channel: Channel,
  notification: Notification,
  timeout_ms: number,
): Promise<Outcome> {
  const late: Outcome = { result: 'retry', reason: `The channel did not end within ${timeout_ms} ms.` };
  try {
    const outcome = await within(timeout_ms + GRACE_MS, channel.send(notification, { timeout_ms }), late);
    return ['ok', 'retry', 'failed'].includes(outcome.result)
      ? outcome
      : { result: 'retry', reason: 'No outcome.' };
  } catch (error) {
    return { result: 'retry', reason: `The channel threw: ${String(error)}` };
  }
}
