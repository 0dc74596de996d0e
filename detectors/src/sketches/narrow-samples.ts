import { layoutOf, type Shape } from './layout.ts';

const sample_count = 8;
const topics = 3;
/** Of all units, in one topic. */
const topic_part = 0.03;
const topic_units_min = 8;
/** Enough for the traces of few directions. */
const sample_units_max = 150;

/**
 * Samples of populations narrower than this one, as those of a tool or an hour are: the units nearest to a few of
 * them, by mean vector. Gives their indexes. Units are in random order, as measured.
 */
export function narrowSamples(measured: readonly Float64Array[], shape: Shape): number[][] {
  const { start, length } = layoutOf(shape).vector;
  const vectors = measured.map((sums) => sums.subarray(start, start + length));
  const topic_units = Math.max(Math.round(topic_part * vectors.length), topic_units_min);
  return Array.from({ length: sample_count }, (_, sample) => {
    const centres = vectors.slice(sample * topics, (sample + 1) * topics);
    const units = centres.flatMap((centre) => nearestTo(centre, vectors).slice(0, topic_units));
    return [...new Set(units)].sort((a, b) => a - b).slice(0, sample_units_max);
  });
}

/** Indexes, nearest first. */
function nearestTo(centre: Float64Array, vectors: readonly Float64Array[]): number[] {
  const distances = Float64Array.from(vectors, (vector) => squaredDistance(centre, vector));
  return Array.from(distances.keys()).sort((a, b) => (distances[a] as number) - (distances[b] as number));
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
