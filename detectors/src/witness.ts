import { mean, standardDeviation } from 'simple-statistics';
import { compareClusters } from './families/clusters.ts';
import type { Comparison } from './families/family.ts';
import { compareKernelMeans } from './families/kernel-mean.ts';
import { compareNovelty } from './families/novelty.ts';
import { kernel_section, layoutOf } from './sketches/layout.ts';
import { createMeasure } from './sketches/measure.ts';
import { bin_scores } from './sketches/novelty-bins.ts';

/**
 * How much each vector speaks for the window rather than for the reference; the vectors with the highest values
 * are examples of what is new or became frequent. Three families speak, each in standard deviations over these
 * vectors and weighted with its evidence, -log p: the witness function of the kernel mean difference (Gretton et
 * al., JMLR 13, 2012, section 2.3), the growth of the vector's cluster, and its novelty.
 */
export function witness(comparison: Comparison, vectors: readonly Float32Array[]): Float64Array {
  const question = { ...comparison, alpha: 0.05 };
  const evidence = [compareKernelMeans, compareClusters, compareNovelty].map(
    (compare) => -Math.log(Math.max(compare(question).p, Number.MIN_VALUE)),
  );
  const directions = directionsOf(comparison);
  const measure = createMeasure(comparison.fit);
  const products = vectors.map((vector) => {
    const measured = measure([vector]);
    return directions.map(({ start, values }) =>
      values.reduce((sum, value, i) => sum + value * (measured[start + i] as number), 0),
    );
  });
  const total = new Float64Array(vectors.length);
  directions.forEach((_, family) => {
    const values = standardised(products.map((product) => product[family] as number));
    values.forEach((value, row) => {
      total[row] = (total[row] as number) + value * (evidence[family] as number);
    });
  });
  return total;
}

/** For each family, what a vector's measures are multiplied with. */
interface Direction {
  readonly start: number;
  readonly values: Float64Array;
}

function directionsOf({ fit, reference, current }: Comparison): Direction[] {
  const { leaves, novelty } = layoutOf(fit);
  const difference = current.sums.map(
    (sum, i) => sum / current.count - (reference.sums[i] as number) / reference.count,
  );
  const section = ({ start, length }: { start: number; length: number }) =>
    difference.slice(start, start + length);
  return [
    { start: kernel_section.start, values: section(kernel_section) },
    {
      start: leaves.start,
      values: section(leaves).map((value, leaf) => value * (fit.leaf_weights[leaf] as number)),
    },
    { start: novelty.start, values: Float64Array.from(bin_scores) },
  ];
}

function standardised(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const [centre, deviation] = [mean([...values]), standardDeviation([...values])];
  return values.map((value) => (deviation > 0 ? (value - centre) / deviation : 0));
}
