import type { PeriodQuery } from '../api/client.ts';

/** Either `range`, back from now, or the absolute `from` and `to`; never both. Empty means the page's default. */
export interface RangeSearch {
  range?: string;
  from?: string;
  to?: string;
}

export interface Period {
  from_ms: number;
  to_ms: number;
}

export const relative_ranges = [
  { range: '15m', label: 'Last 15 minutes' },
  { range: '1h', label: 'Last hour' },
  { range: '6h', label: 'Last 6 hours' },
  { range: '24h', label: 'Last 24 hours' },
  { range: '7d', label: 'Last 7 days' },
  { range: '30d', label: 'Last 30 days' },
  { range: '90d', label: 'Last 90 days' },
] as const;

const unit_ms: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads the range of a URL. Absolute bounds win over a relative range; what cannot be read is left out. */
export function readRange(raw: Readonly<Record<string, unknown>>, default_range: string): RangeSearch {
  const from = readTime(raw.from);
  const to = readTime(raw.to);
  if (from !== undefined || to !== undefined) {
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }
  const { range } = raw;
  const usable = typeof range === 'string' && range !== default_range && rangeLength(range) !== undefined;
  return usable ? { range } : {};
}

export function isRelative(search: RangeSearch): boolean {
  return search.from === undefined && search.to === undefined;
}

/** What to ask the collector for. */
export function toPeriodQuery(search: RangeSearch, default_range: string): PeriodQuery {
  if (isRelative(search)) return { from: `-${search.range ?? default_range}` };
  return {
    ...(search.from !== undefined && { from: search.from }),
    ...(search.to !== undefined && { to: search.to }),
  };
}

/** The range in milliseconds since 1970. An open start reaches as far back as the longest relative range. */
export function toPeriod(search: RangeSearch, default_range: string, now: number): Period {
  const to_ms = search.to === undefined ? now : Date.parse(search.to);
  if (search.from !== undefined) return { from_ms: Date.parse(search.from), to_ms };
  const range = isRelative(search) ? (search.range ?? default_range) : '90d';
  return { from_ms: to_ms - (rangeLength(range) ?? 0), to_ms };
}

/** `90m`, `6h` or `7d` in milliseconds. */
function rangeLength(range: string): number | undefined {
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(range);
  const unit = unit_ms[match?.[2] ?? ''];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

function readTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
