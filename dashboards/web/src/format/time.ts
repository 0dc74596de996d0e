/** An IANA time zone such as `Asia/Kathmandu`, or `UTC`. */
export type Zone = string;

export function localZone(): Zone {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `21 Nov 2026, 14:03:22.123`: always shown beside `formatZone`. */
export function formatTimestamp(time: string | number, zone: Zone): string {
  return format(time, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
}

/** `14:03:22` on the day of `now`, else `20 Nov, 14:03`, with the year where it is another one. */
export function formatShortTime(time: string | number, zone: Zone, now: number): string {
  if (formatDay(time, zone) === formatDay(now, zone)) {
    return format(time, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }
  const day = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const same_year = format(time, zone, { year: 'numeric' }) === format(now, zone, { year: 'numeric' });
  return format(time, zone, same_year ? day : { ...day, year: 'numeric' });
}

/** `20 Nov, 14:03`, for the axis of a chart. */
export function formatTick(time: number, zone: Zone): string {
  return format(time, zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** `21 Nov 2026`. */
function formatDay(time: string | number, zone: Zone): string {
  return format(time, zone, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** The offset of the zone at that moment: `UTC`, `UTC+02:00`, `UTC+05:45`. */
export function formatZone(time: string | number, zone: Zone): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return zone;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
  return name === 'GMT+00:00' ? 'UTC' : name.replace('GMT', 'UTC');
}

const ages = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `3 minutes ago`, `in 2 hours`, `just now`. */
export function formatAgo(time: string | number, now: number): string {
  const difference_ms = new Date(time).getTime() - now;
  if (Number.isNaN(difference_ms)) return String(time);
  const age = ages.find(([, unit_ms]) => Math.abs(difference_ms) >= unit_ms);
  if (age === undefined) return difference_ms > 1_000 ? 'in a moment' : 'just now';
  const [unit, unit_ms] = age;
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(
    Math.round(difference_ms / unit_ms),
    unit,
  );
}

/** A value for `<input type="datetime-local">`, which knows no zone. */
export function toLocalInput(time: string | number, zone: Zone): string {
  const options = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  const parts = Object.fromEntries(
    formatter(zone, options)
      .formatToParts(new Date(time))
      .map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment such an input means in the zone as ISO 8601, or null when it is not a time. */
export function fromLocalInput(text: string, zone: Zone): string | null {
  const guess = Date.parse(`${text}Z`);
  if (Number.isNaN(guess)) return null;
  // The offset depends on the moment it is asked for, so one correction is not enough near a change of clocks.
  const first = guess - offsetMs(guess, zone);
  return new Date(guess - offsetMs(first, zone)).toISOString();
}

function offsetMs(time: number, zone: Zone): number {
  return Date.parse(`${toLocalInput(time, zone)}Z`) - Math.floor(time / 60_000) * 60_000;
}

function format(time: string | number, zone: Zone, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : formatter(zone, options).format(date);
}

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' });
}
