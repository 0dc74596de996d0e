/** What stands in for a value nobody reported. */
export const unknown_value = '—';

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const steady = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const smallDollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 2 });

export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? unknown_value : whole.format(value);
}

/** Whole numbers below 10,000, then `12.3K`, `4.5M`. */
export function formatCompact(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown_value;
  return Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value);
}

/** Three significant digits, for effects and statistics; from a million on as `1.23E45`. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown_value;
  return (Math.abs(value) < 1e6 ? precise : scientific).format(value);
}

export function formatPercent(share: number | null | undefined): string {
  return share === null || share === undefined ? unknown_value : percent.format(share);
}

export function formatProbability(p: number | null | undefined): string {
  if (p === null || p === undefined) return unknown_value;
  return p < 0.0001 ? '< 0.0001' : precise.format(p);
}

/** A probability beside another, where it matters how small they are. */
export function formatLevel(p: number | null | undefined): string {
  return p === null || p === undefined ? unknown_value : p.toPrecision(2);
}

/** US dollars. An unknown cost is a dash, never zero. */
export function formatCost(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown_value;
  return value === 0 || Math.abs(value) >= 1 ? dollars.format(value) : smallDollars.format(value);
}

/** A sum with what it leaves out: `$0.12`, `$0.12 +2 unpriced`, or a dash when no call has a price. */
export function formatCostSum(sum: { cost_usd: number | null; unpriced_calls: number }): string {
  const cost = formatCost(sum.cost_usd);
  if (sum.cost_usd === null || sum.unpriced_calls === 0) return cost;
  return `${cost} +${whole.format(sum.unpriced_calls)} unpriced`;
}

export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return unknown_value;
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds < 1_000) return `${steady.format(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${steady.format(milliseconds / 1_000)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${whole.format(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${whole.format(bytes)} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const exponent = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${precise.format(bytes / 1_024 ** exponent)} ${units[exponent - 1]}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
