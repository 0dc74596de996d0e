import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCandidates } from '../../../detectors/src/sketches/candidates.ts';
import { createExactNearest, createNearest } from '../../../detectors/src/sketches/centres.ts';
import { fitCentres } from '../../../detectors/src/sketches/k-means.ts';
import {
  createPlainWholeProducts,
  createWholeProducts,
} from '../../../detectors/src/sketches/whole-products.ts';
import { has_embeddings, loadEmbeddings, dimension as real_dimension } from '../support/embeddings.ts';
import { cloud } from '../support/gaussian.ts';
import { anyVector, degenerateVectors } from '../support/vectors.ts';

const dimensions = [1, 3, 100, 384, 768, 1_536, 2_500];

/** That every centre is looked at is the definition, which is met to the last bit. */
describe.each([
  ['as the platform does it best', createWholeProducts],
  ['in plain JavaScript', createPlainWholeProducts],
])('the nearest centre %s', (_, createProducts) => {
  const expectSame = (centres: Parameters<typeof createNearest>[0], vectors: readonly Float32Array[]) => {
    const [exact, nearest, candidates] = [
      createExactNearest(centres),
      createNearest(centres, createProducts),
      createCandidates(centres, createProducts),
    ];
    for (const vector of vectors) {
      const expected = exact(vector);
      expect(nearest(vector)).toEqual(expected);
      expect(candidates(vector)).toContain(expected.index);
    }
  };
  const centresOf = (rows: readonly Float32Array[], dimension: number) => ({
    dimension,
    values: Float32Array.from(rows.flatMap((row) => Array.from(row))),
  });

  test.each(dimensions)('is the same for %d numbers', (dimension) => {
    const rows = cloud({ count: 60, dimension, seed: 2 });
    expectSame(fitCentres(rows, 19, dimension), [...rows, ...degenerateVectors(dimension)]);
    expectSame(centresOf([...degenerateVectors(dimension), ...rows], dimension), [
      ...degenerateVectors(dimension),
      ...rows,
    ]);
  });

  test.each([1, 7, 8, 9, 33, 256])('is the same among %d centres', (count) => {
    const dimension = 20;
    const rows = cloud({ count: count + 50, dimension, seed: count });
    expectSame(centresOf(rows.slice(0, count), dimension), rows);
  });

  test('is the same where centres are equal or nearly so', () => {
    const dimension = 12;
    const [first = new Float32Array()] = cloud({ count: 1, dimension, seed: 3 });
    const nearly = Array.from({ length: 40 }, (_, i) =>
      first.map((value, at) => (at === i % 12 ? value + i * 1e-7 : value)),
    );
    expectSame(centresOf(nearly, dimension), [...nearly, ...cloud({ count: 20, dimension, seed: 4 })]);
  });

  test('is the first of equals, and found among all where there are too many candidates', () => {
    const dimension = 12;
    const rows = cloud({ count: 4, dimension, seed: 8 });
    const centres = centresOf(
      Array.from({ length: 300 }, (_, i) => rows[i % 3]!),
      dimension,
    );
    for (const row of rows)
      expect(createCandidates(centres, createProducts)(row).length).toBeGreaterThanOrEqual(100);
    expectSame(centres, rows);
    expect(rows.slice(0, 3).map((row) => createNearest(centres, createProducts)(row).index)).toEqual([
      0, 1, 2,
    ]);
  });

  test('is the same far from the origin, where rounding is coarse', () => {
    const dimension = 30;
    const rows = cloud({ count: 120, dimension, seed: 5 }).map((row) =>
      row.map((value) => 1_000 + value / 10),
    );
    expectSame(centresOf(rows.slice(0, 50), dimension), rows);
  });

  test('is the same for numbers of any size', () => {
    const dimension = 9;
    fc.assert(
      fc.property(
        fc.array(anyVector(dimension), { minLength: 1, maxLength: 20 }),
        fc.array(anyVector(dimension), { minLength: 1, maxLength: 5 }),
        (rows, vectors) => expectSame(centresOf(rows, dimension), [...vectors, ...rows]),
      ),
      { numRuns: 200 },
    );
  });

  test('is among few candidates for vectors as they come', () => {
    const dimension = 384;
    const rows = cloud({ count: 700, dimension, seed: 6 });
    const candidates = createCandidates(fitCentres(rows.slice(0, 400), 50, dimension), createProducts);
    const found = rows.slice(400).map((row) => candidates(row).length);
    expect(found.reduce((sum, count) => sum + count, 0) / found.length).toBeLessThan(1.5);
  });

  test.runIf(has_embeddings)('is the same for real vectors', () => {
    const rows = loadEmbeddings().known.slice(0, 1_000);
    const centres = fitCentres(rows.slice(0, 512), 64, real_dimension);
    const [exact, nearest] = [createExactNearest(centres), createNearest(centres, createProducts)];
    for (const row of rows) expect(nearest(row)).toEqual(exact(row));
  });
});
