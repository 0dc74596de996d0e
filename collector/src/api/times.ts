import { SextantError } from '../errors.ts';

const unit_ms = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Microseconds of a time given as ISO 8601, or relative to now such as `-2h`, `-30m`, `-7d`, or `now`.
 * @throws SextantError bad_request
 */
export function parseTime(text: string, now_ms: number): number {
  if (text === 'now') return now_ms * 1000;
  const relative = /^-(\d{1,9})([smhdw])$/.exec(text);
  if (relative) return (now_ms - Number(relative[1]) * unit_ms[relative[2] as keyof typeof unit_ms]) * 1000;
  const parsed = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(parsed))
    throw new SextantError('bad_request', `"${text}" is no ISO time and not like -2h.`);
  return parsed * 1000 + microsecondDigits(text);
}

/** ISO 8601 in UTC; null stays null. */
export function isoTime(time_us: unknown): string | null {
  return typeof time_us === 'number' ? new Date(time_us / 1000).toISOString() : null;
}

// Date.parse stops at milliseconds; the digits after them still count.
function microsecondDigits(text: string): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(text)?.[1];
  return digits ? Number(digits.padEnd(3, '0')) : 0;
}
