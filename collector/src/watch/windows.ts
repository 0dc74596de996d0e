import { minute_us } from './observation.ts';

/** What is stored for one minute of a stream. Times are microseconds since 1970. */
export interface Minute {
  readonly minute: number;
  readonly count: number;
  /** When the latest of it was stored. */
  readonly arrived: number;
}

export interface Window {
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
  readonly count: number;
}

export interface WindowRule {
  /** Conversations after which a window closes, at the end of their minute. */
  readonly vectors: number;
  /** Age at which it closes all the same. */
  readonly minutes_max: number;
  /** Where the clock stands. */
  readonly now_us: number;
  /** Time given to rows that are late. */
  readonly grace_us: number;
}

/**
 * The windows that can be closed, oldest first; they do not overlap. Windows are made of whole minutes of the
 * spans' own time, so they are the same whenever and in how many portions the rows arrived, as long as they came
 * within the grace.
 */
export function closedWindows(minutes: readonly Minute[], rule: WindowRule): Window[] {
  const complete_us = completeUntil(minutes, rule);
  const windows: Window[] = [];
  for (let next = 0; next < minutes.length; ) {
    const { window, used } = closeOne(minutes.slice(next), rule, complete_us);
    if (window === null) break;
    windows.push(window);
    next += used;
  }
  return windows;
}

/** The window that begins with the first of the minutes, or null while it is open, and how many it used. */
function closeOne(minutes: readonly Minute[], rule: WindowRule, complete_us: number) {
  const from_us = minutes[0]?.minute ?? 0;
  const oldest_us = from_us + rule.minutes_max * minute_us;
  let [count, used] = [0, 0];
  for (const { minute, count: more } of minutes) {
    if (minute >= oldest_us || minute + minute_us > complete_us) break;
    count += more;
    used += 1;
    if (count >= rule.vectors) return { window: { from_us, to_us: minute + minute_us, count }, used };
  }
  const is_old = used > 0 && oldest_us <= complete_us && isOver(minutes, oldest_us, rule);
  return { window: is_old ? { from_us, to_us: oldest_us, count } : null, used };
}

/**
 * Whether a window has had its time: newer data has come, or its own data has been here for as long. The clock
 * alone would end a window of old data, such as a replay, the moment it stalls.
 */
function isOver(minutes: readonly Minute[], oldest_us: number, rule: WindowRule): boolean {
  const newest_us = minutes.at(-1)?.minute ?? 0;
  const arrived_us = minutes[0]?.arrived ?? 0;
  return newest_us >= oldest_us || arrived_us + rule.minutes_max * minute_us <= rule.now_us;
}

/**
 * A minute is complete when the clock has passed it by the grace and, because old data may be on its way in, when
 * a newer minute has data or nothing more has arrived for as long.
 */
function completeUntil(minutes: readonly Minute[], { now_us, grace_us }: WindowRule): number {
  const passed_us = now_us - grace_us;
  const arrived_us = minutes.reduce((latest, { arrived }) => Math.max(latest, arrived), 0);
  if (arrived_us <= passed_us) return passed_us;
  return Math.min(passed_us, minutes.at(-1)?.minute ?? 0);
}
