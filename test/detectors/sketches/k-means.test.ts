import { expect, test } from 'vitest';
import { createNearest } from '../../../detectors/src/sketches/centres.ts';
import { fitCentres } from '../../../detectors/src/sketches/k-means.ts';
import { cloud } from '../support/gaussian.ts';

test('finds groups that lie apart', () => {
  const dimension = 5;
  const groups = [-20, 0, 20].map((shift, seed) => cloud({ count: 50, dimension, seed, shift }));
  // One of each group in turn, so that the first three start the three centres.
  const vectors = (groups[0] as Float32Array[]).flatMap((_, row) =>
    groups.map((group) => group[row] as Float32Array),
  );
  const centres = fitCentres(vectors, 3, dimension);
  [-20, 0, 20].forEach((shift, group) => {
    for (const value of centres.values.subarray(group * dimension, (group + 1) * dimension)) {
      expect(Math.abs(value - shift)).toBeLessThan(1);
    }
  });
});

test('the nearest centre is the one a plain search finds', () => {
  const dimension = 7;
  const rows = cloud({ count: 11, dimension, seed: 1 });
  const values = Float32Array.from(rows.flatMap((row) => Array.from(row)));
  const nearest = createNearest({ dimension, values });
  for (const vector of cloud({ count: 50, dimension, seed: 2 })) {
    const distances = rows.map((row) =>
      row.reduce((sum, value, i) => sum + (value - (vector[i] as number)) ** 2, 0),
    );
    const { index, squared_distance } = nearest(vector);
    expect(squared_distance).toBeCloseTo(Math.min(...distances), 5);
    expect(distances[index]).toBeCloseTo(Math.min(...distances), 5);
  }
});
