import { createMatch, type Labels, type Matcher } from './matcher.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Times that come back every week in which alerts are kept but nobody is told. */
export interface Maintenance {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** Days on which it begins. */
  readonly weekdays: readonly Weekday[];
  /** Minutes after midnight. */
  readonly from_minute: number;
  /** Exclusive; at or before the start, it ends on the next day. */
  readonly to_minute: number;
  /** Of the IANA database. */
  readonly time_zone: string;
}

const DAY_MINUTES = 1440;

/** Makes a function that says which maintenance alerts with these labels are under; null for none. */
export function createMaintenances(list: readonly Maintenance[]) {
  const windows = list.map((maintenance) => ({
    maintenance,
    matches: createMatch(maintenance.matchers),
    clock: createClock(maintenance.time_zone),
  }));
  return (labels: Labels, now_ms: number): string | null => {
    const found = windows.find(
      ({ maintenance, matches, clock }) => matches(labels) && isUnder(maintenance, clock(now_ms)),
    );
    return found === undefined ? null : found.maintenance.name;
  };
}

interface LocalTime {
  readonly weekday: number;
  readonly minute: number;
}

function isUnder({ weekdays: days, from_minute, to_minute }: Maintenance, { weekday, minute }: LocalTime) {
  const length = to_minute > from_minute ? to_minute - from_minute : to_minute + DAY_MINUTES - from_minute;
  return days.some((day) => {
    const days_since = (weekday - weekdays.indexOf(day) + 7) % 7;
    const minutes_since = days_since * DAY_MINUTES + minute - from_minute;
    return minutes_since >= 0 && minutes_since < length;
  });
}

/** What clocks on the wall show there. @throws RangeError for a time zone nobody knows */
export function createClock(time_zone: string): (now_ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: time_zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (now_ms) => {
    const parts = Object.fromEntries(format.formatToParts(now_ms).map(({ type, value }) => [type, value]));
    const weekday = weekdays.indexOf((parts['weekday'] ?? '').toLowerCase() as Weekday);
    return { weekday, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
  };
}
