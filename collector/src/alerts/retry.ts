import type { Outcome } from './outcome.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before each attempt. Source: Standard Webhooks 1.0.0, the retry schedule it gives as an example. */
export const standard_schedule_ms: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Receivers may ask for patience, within reason. */
const RETRY_AFTER_MS_MAX = 24 * HOUR;
/** Pauses are stretched by up to this share, so that receivers are not hit by all at once. */
const JITTER = 0.2;
const ERROR_CHARACTERS_MAX = 500;

export interface Attempted {
  readonly outcome: Outcome;
  /** Attempts made so far, this one included. */
  readonly attempts: number;
  readonly ended_ms: number;
  readonly schedule_ms: readonly number[];
  /** In [0, 1). */
  readonly random: number;
}

/** What becomes of a notification. */
export interface Settled {
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly error: string | null;
  readonly next_attempt_ms: number | null;
}

/** Decides after an attempt: done, again after a pause, or never. */
export function settle({ outcome, attempts, ended_ms, schedule_ms, random }: Attempted): Settled {
  if (outcome.result === 'ok') return { state: 'delivered', error: null, next_attempt_ms: null };
  // A channel of the user's own may give no reason, or a time that is not a number.
  const error = String(outcome.reason).slice(0, ERROR_CHARACTERS_MAX);
  const pause_ms = schedule_ms[attempts];
  if (outcome.result === 'failed' || pause_ms === undefined)
    return { state: 'dead', error, next_attempt_ms: null };
  const planned_ms = pause_ms * (1 + JITTER * random);
  const asked_ms = outcome.retry_after_ms ?? 0;
  const wait_ms = asked_ms > planned_ms ? Math.min(asked_ms, RETRY_AFTER_MS_MAX) : planned_ms;
  return { state: 'pending', error, next_attempt_ms: Math.ceil(ended_ms + wait_ms) };
}
