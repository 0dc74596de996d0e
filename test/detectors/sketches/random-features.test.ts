import { expect, test } from 'vitest';
import {
  bandwidths,
  fixed_point,
  kernel_section,
  kernelSums,
} from '../../../detectors/src/sketches/layout.ts';
import { createFeatureMap } from '../../../detectors/src/sketches/random-features.ts';
import { cloud } from '../support/gaussian.ts';

test.each([8, 384, 700])('dot products estimate the Gaussian kernels, %d numbers', (dimension) => {
  const [origin = new Float32Array(), ...others] = cloud({ count: 60, dimension, seed: 4 });
  const distance = (other: Float32Array) =>
    Math.hypot(...other.map((value, i) => value - (origin[i] as number)));
  const median_distance = others.map(distance).sort((a, b) => a - b)[30] as number;
  const map = createFeatureMap({ dimension, seed: 9, median_distance });
  const features = (vector: Float32Array) => {
    const target = new Float64Array(kernel_section.length);
    map(vector, target);
    return target;
  };
  // Along the line from the origin, every distance is met.
  const away = others[0] as Float32Array;
  for (const share of [0, 0.05, 0.1, 0.2, 0.5, 1]) {
    const other = origin.map((value, i) => value + share * ((away[i] as number) - value));
    bandwidths.forEach((width, index) => {
      const a = kernelSums(features(origin), index);
      const b = kernelSums(features(other), index);
      const estimate =
        (a.reduce((sum, value, i) => sum + value * (b[i] as number), 0) * 2) / a.length / fixed_point ** 2;
      const kernel = Math.exp(-(distance(other) ** 2) / (2 * (width * median_distance) ** 2));
      // Five standard errors of 512 random features.
      expect(Math.abs(estimate - kernel)).toBeLessThan(5 / Math.sqrt(512));
    });
  }
});
