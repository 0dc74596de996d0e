import { type Centres, createNearest } from './centres.ts';

const iterations_max = 10;

/**
 * k-means by Lloyd's iterations (IEEE Transactions on Information Theory 28, 1982), started from the first
 * `count` vectors: hand them over in random order. Centres are means, not scaled to unit length: the shorter a
 * centre, the more mixed its cluster, which serves novelty well.
 */
export function fitCentres(vectors: readonly Float32Array[], count: number, dimension: number): Centres {
  let centres = firstCentres(vectors.slice(0, count), dimension);
  let assigned = new Int32Array(vectors.length).fill(-1);
  for (let iteration = 0; iteration < iterations_max; iteration++) {
    const nearest = createNearest(centres);
    const next = Int32Array.from(vectors, (vector) => nearest(vector).index);
    if (next.every((index, row) => index === assigned[row])) break;
    assigned = next;
    centres = means(vectors, assigned, centres);
  }
  return centres;
}

function firstCentres(vectors: readonly Float32Array[], dimension: number): Centres {
  const values = new Float32Array(vectors.length * dimension);
  for (const [index, vector] of vectors.entries()) values.set(vector, index * dimension);
  return { dimension, values };
}

/** The mean of each cluster; a cluster without vectors keeps its centre. */
function means(vectors: readonly Float32Array[], assigned: Int32Array, before: Centres): Centres {
  const { dimension } = before;
  const sums = new Float64Array(before.values.length);
  const counts = new Int32Array(before.values.length / dimension);
  vectors.forEach((vector, row) => {
    const cluster = assigned[row] as number;
    counts[cluster] = (counts[cluster] as number) + 1;
    const start = cluster * dimension;
    for (let i = 0; i < dimension; i++) sums[start + i] = (sums[start + i] as number) + (vector[i] as number);
  });
  const values = before.values.map((value, index) => {
    const count = counts[Math.floor(index / dimension)] as number;
    return count === 0 ? value : (sums[index] as number) / count;
  });
  return { dimension, values };
}
