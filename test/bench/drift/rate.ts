import { clopperPearson } from '../../detectors/support/clopper-pearson.ts';

export interface Rate {
  hits: number;
  windows: number;
}

/** What is wanted of the rate of false alarms at each level. */
export const levels = [
  { alpha: 0.05, target: '<= 0.06' },
  { alpha: 0.01, target: '<= 0.013' },
  { alpha: 0.001, target: '<= 0.002' },
] as const;

/** A rate with its 95 % Clopper–Pearson interval beside what is wanted of it. */
export function rateLine(name: string, { hits, windows }: Rate, target: string): string {
  const { low, high } = clopperPearson(hits, windows, 0.95);
  const rate = (hits / windows).toFixed(4);
  return `${name}: ${rate} (${low.toFixed(4)} to ${high.toFixed(4)}, ${windows} windows; target ${target})`;
}

export function count(rates: Map<string, Rate>, key: string, is_hit: boolean): void {
  const rate = rates.get(key) ?? { hits: 0, windows: 0 };
  rate.windows += 1;
  if (is_hit) rate.hits += 1;
  rates.set(key, rate);
}
