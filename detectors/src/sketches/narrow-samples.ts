import { squaredEuclidean } from '../statistics/squared-euclidean.ts';

const sample_count = 8;
const topics_max = 10;
/** Of all units, in one topic. */
const topic_part = 0.008;
const topic_units_min = 4;
/** A sample is no more of all units. */
const sample_part_max = 0.25;
/** Enough for the traces of few directions. */
const sample_units_max = 150;
/** The traces of fewer units say nothing. */
const sample_units_min = 16;

/**
 * Samples of populations narrower than this one, as those of a tool or an hour are: the units nearest to some of
 * them. Gives their indexes; none where there are too few units. Vectors are one for each unit, in random order.
 */
export function narrowSamples(vectors: readonly Float64Array[]): number[][] {
  const topic_units = Math.max(Math.ceil(topic_part * vectors.length), topic_units_min);
  const topics = Math.min(topics_max, Math.floor((sample_part_max * vectors.length) / topic_units));
  if (topics * topic_units < sample_units_min) return [];
  return Array.from({ length: Math.min(sample_count, Math.floor(vectors.length / topics)) }, (_, sample) => {
    const centres = vectors.slice(sample * topics, (sample + 1) * topics);
    const units = centres.flatMap((centre) => nearestTo(centre, vectors).slice(0, topic_units));
    return [...new Set(units)].sort((a, b) => a - b).slice(0, sample_units_max);
  });
}

/** Indexes, nearest first. */
function nearestTo(centre: Float64Array, vectors: readonly Float64Array[]): number[] {
  const distances = Float64Array.from(vectors, (vector) => squaredEuclidean(centre, vector));
  return Array.from(distances.keys()).sort((a, b) => (distances[a] as number) - (distances[b] as number));
}
