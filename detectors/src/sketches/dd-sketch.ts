import { quantileBinOf } from './quantile-bins.ts';

/** Every quantile inside the range is within this part of itself. */
const relative_accuracy = 0.01;
const bins_per_sign = 1024;

/**
 * DDSketch (Masson, Rim and Lee, PVLDB 12, 2019) with a fixed range of bins, so that merging is addition: bins
 * whose ends grow by the factor (1 + 0.01) / (1 - 0.01), from 1/28,000 to 28,000 times a scale, for either sign.
 * What lies outside is counted in bins of its own.
 *
 * In ascending order: below the range, negative bins, near zero and negative, zero, near zero and positive,
 * positive bins, above the range.
 */
export const dd_bins = 2 * bins_per_sign + 5;

export interface DDBins {
  place(value: number): number;
  /** A value within 1 % of every value of the bin; the end of the range for the bins outside, 0 for those near it. */
  valueOf(place: number): number;
  /** Where the bins begin and end, ascending: one more than there are bins. The outer two have no width. */
  edges(): Float64Array;
}

/** The ends are products, not powers or logarithms, which engines may round differently. */
export function createDDBins(scale: number): DDBins {
  const ends = endsOf(scale);
  const middle = bins_per_sign + 2;
  const largest = ends[bins_per_sign] as number;
  const magnitude = (distance: number) => {
    if (distance <= 1) return 0;
    if (distance > bins_per_sign + 1) return largest;
    const [low, high] = [ends[distance - 2] as number, ends[distance - 1] as number];
    return (2 * low * high) / (low + high);
  };
  return {
    place(value) {
      if (value === 0) return middle;
      const distance = 1 + quantileBinOf(Math.abs(value), ends);
      return value > 0 ? middle + distance : middle - distance;
    },
    valueOf: (place) => (place < middle ? -magnitude(middle - place) : magnitude(place - middle)),
    edges: () => mirrored(ends),
  };
}

/** The ends for either sign, around the bin of zero; those of the bins outside the range are the outermost. */
function mirrored(ends: Float64Array): Float64Array {
  const outermost = ends[bins_per_sign] as number;
  return Float64Array.from([
    ...[-outermost, ...ends.map((end) => -end).reverse(), 0],
    ...[0, ...ends, outermost],
  ]);
}

function endsOf(scale: number): Float64Array {
  const growth = (1 + relative_accuracy) / (1 - relative_accuracy);
  const ends = new Float64Array(bins_per_sign + 1);
  const half = bins_per_sign / 2;
  ends[half] = scale;
  for (let i = half; i < bins_per_sign; i++) ends[i + 1] = (ends[i] as number) * growth;
  for (let i = half; i > 0; i--) ends[i - 1] = (ends[i] as number) / growth;
  return ends;
}
