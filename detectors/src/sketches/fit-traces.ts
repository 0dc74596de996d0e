import { meanRow } from '../statistics/mean-row.ts';
import { squaredEuclidean } from '../statistics/squared-euclidean.ts';
import { estimateTraces, type Traces } from './kernel-traces.ts';

/** Traces from rows of features, and what they are in narrower populations; samples are of indexes of rows. */
export function fitTraces(
  rows: readonly Float64Array[],
  narrow_samples: readonly (readonly number[])[],
): Traces {
  const traces = estimateTraces(rows);
  const mean = meanRow(rows);
  let [growth, distance] = [0, 0];
  for (const sample of narrow_samples) {
    const some = sample.map((index) => rows[index] as Float64Array);
    const { first, second } = estimateTraces(some);
    if (!(first > 0 && traces.second > 0)) continue;
    growth += ((second / first ** 2) * traces.first ** 2) / traces.second - 1;
    // Units of the sample are among all, so its mean is nearer to theirs than that of other units.
    const by_chance = first / some.length - traces.first / rows.length;
    distance += (squaredEuclidean(meanRow(some), mean) - by_chance) / first;
  }
  const slope = growth > 0 && distance > 0 ? growth / distance : 0;
  return { ...traces, narrowing: { mean: Array.from(mean), count: rows.length, slope } };
}
