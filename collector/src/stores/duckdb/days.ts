const day_us = 86_400_000_000;
const earliest_us = Date.UTC(2000, 0, 1) * 1000;

/** Where rows go whose time cannot be right: a sender's broken clock must not create a file for each of its days. */
export const undated_day = '1970-01-01';

/** The UTC day of a time, or the undated day for times before 2000 or after tomorrow. */
export function dayOf(time_us: number, now_us: number): string {
  const dated = time_us >= earliest_us && time_us < now_us + 2 * day_us;
  return dated ? isoDay(time_us) : undated_day;
}

export interface TimeRange {
  readonly from_us: number | null;
  /** Exclusive. */
  readonly to_us: number | null;
}

/** From the first to the last, both included. */
export interface Moments {
  readonly first_us: number;
  readonly last_us: number;
}

/** The parts of a range that lie in days there are, newest first. */
export function dayRanges(days: readonly string[], wanted: TimeRange, now_us: number): TimeRange[] {
  const dated = days.filter((day) => day !== undated_day);
  const ranges = dated.map((day) => ({ from_us: startOf(day), to_us: startOf(day) + day_us }));
  if (dated.length < days.length) {
    const tomorrow = now_us + day_us;
    ranges.unshift({ from_us: Math.max(tomorrow, ranges[0]?.to_us ?? 0), to_us: Number.MAX_SAFE_INTEGER });
    ranges.push({ from_us: 0, to_us: earliest_us });
  }
  return ranges
    .map(({ from_us, to_us }) => ({
      from_us: Math.max(from_us, wanted.from_us ?? 0),
      to_us: Math.min(to_us, wanted.to_us ?? Number.MAX_SAFE_INTEGER),
    }))
    .filter(({ from_us, to_us }) => from_us < to_us);
}

/** Days whose files may hold rows of a range, or of the day before and after it. */
export function daysAround(days: readonly string[], { from_us, to_us }: TimeRange): string[] {
  const first_us = (from_us ?? 0) - day_us;
  const last_us = (to_us ?? Number.MAX_SAFE_INTEGER) + day_us;
  return days.filter((day) => {
    return day === undated_day || (startOf(day) + day_us > first_us && startOf(day) < last_us);
  });
}

/** Whether any of the moments may lie in a range; there may be none. */
export function overlaps(moments: Moments | null | undefined, { from_us, to_us }: TimeRange): boolean {
  if (!moments) return false;
  return moments.last_us >= (from_us ?? 0) && moments.first_us < (to_us ?? Number.MAX_SAFE_INTEGER);
}

export function nextDay(day: string): string {
  return isoDay(startOf(day) + day_us);
}

export function dayBefore(day: string): string {
  return isoDay(startOf(day) - day_us);
}

function isoDay(time_us: number): string {
  return new Date(Math.floor(time_us / 1000)).toISOString().slice(0, 10);
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) * 1000;
}
