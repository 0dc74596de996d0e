import type { Histogram } from './quantile-interval.ts';

/**
 * Counts of two histograms with the same bins in buckets of equal width from the lowest to the highest value of
 * both: a bin goes whole to the bucket that its middle lies in.
 */
export function equalWidthCounts(
  first: Histogram,
  second: Histogram,
  buckets: number,
): [Float64Array, Float64Array] {
  const middle = (bin: number) => ((first.edges[bin] as number) + (first.edges[bin + 1] as number)) / 2;
  const filled = Array.from(first.counts, (count, bin) => count + (second.counts[bin] as number)).flatMap(
    (count, bin) => (count > 0 ? [bin] : []),
  );
  const [lowest, highest] = [middle(filled[0] ?? 0), middle(filled.at(-1) ?? 0)];
  const width = (highest - lowest) / buckets;
  const bucketed = ({ counts }: Histogram) => {
    const sums = new Float64Array(buckets);
    for (const bin of filled) {
      const bucket = width > 0 ? Math.min(Math.floor((middle(bin) - lowest) / width), buckets - 1) : 0;
      sums[bucket] = (sums[bucket] as number) + (counts[bin] as number);
    }
    return sums;
  };
  return [bucketed(first), bucketed(second)];
}
