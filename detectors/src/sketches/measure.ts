import { DetectorError } from '../errors.ts';
import type { Measure } from '../kind.ts';
import { createNearest } from './centres.ts';
import type { Fit } from './fit.ts';
import {
  bandwidths,
  features_per_bandwidth,
  fixed_point,
  kernel_section,
  kernelSums,
  type Layout,
  layoutOf,
  parentCounts,
} from './layout.ts';
import { bin_scores, binOf } from './novelty-bins.ts';
import { createFeatureMap } from './random-features.ts';
import { checkVector } from './vectors.ts';

/** What measuring depends on: the part of a fit that is there before its null distributions are. */
export type MeasureFit = Omit<Fit, 'id' | 'kernels' | 'clusters'>;

/**
 * Measures a unit, the vectors of one conversation, as the mean of what they measure: random features, the
 * vectors, one count in their leaf and one in their novelty bin; and moments of those means.
 * @throws DetectorError bad_vector
 */
export function createMeasure(fit: MeasureFit): Measure<Float32Array> {
  const layout = layoutOf(fit);
  const addVector = createAdd(fit, layout);
  const addMoments = createMoments(fit, layout);
  const measured = new Float64Array(layout.length);
  return (unit) => {
    if (unit.length === 0) throw new DetectorError('bad_vector', 'A unit holds no vector.');
    for (const vector of unit) checkVector(vector, fit.dimension);
    measured.fill(0);
    for (const vector of unit) addVector(vector, measured);
    if (unit.length > 1) {
      for (let i = 0; i < layout.moments.start; i++)
        measured[i] = round((measured[i] as number) / unit.length);
    }
    addMoments(measured);
    return measured;
  };
}

/** Adds what one vector measures: whole numbers, so that the order of a unit's vectors does not matter. */
function createAdd(fit: MeasureFit, layout: Layout): (vector: Float32Array, target: Float64Array) => void {
  const featureMap = createFeatureMap(fit);
  const nearest = createNearest(fit.centres);
  const features = new Float64Array(kernel_section.length);
  const add = (target: Float64Array, index: number, value: number) => {
    target[index] = (target[index] as number) + value;
  };
  return (vector, target) => {
    featureMap(vector, features);
    for (let i = 0; i < features.length; i++) add(target, i, features[i] as number);
    for (let i = 0; i < vector.length; i++) {
      add(target, layout.vector.start + i, round((vector[i] as number) * fixed_point));
    }
    const { index, squared_distance } = nearest(vector);
    add(target, layout.leaves.start + index, fixed_point);
    add(target, layout.novelty.start + binOf(squared_distance, fit.bin_edges), fixed_point);
  };
}

function createMoments(fit: MeasureFit, layout: Layout): (measured: Float64Array) => void {
  const { leaf_weights, parent_weights } = fit;
  const { leaves, novelty, moments } = layout;
  return (measured) => {
    const leaf_shares = measured.subarray(leaves.start, leaves.start + leaves.length);
    const score = scoreOf(measured.subarray(novelty.start, novelty.start + novelty.length)) / fixed_point;
    const values = [
      score ** 2,
      score ** 3,
      weightedSquares(leaf_shares, leaf_weights),
      weightedSquares(parentCounts(leaf_shares, fit), parent_weights),
      ...bandwidths.map(
        (_, index) => (sumOfSquares(kernelSums(measured, index)) * 2) / features_per_bandwidth,
      ),
    ];
    values.forEach((value, index) => {
      measured[moments.start + index] = round(value * fixed_point);
    });
  };
}

function scoreOf(shares: Float64Array): number {
  return shares.reduce((sum, share, bin) => sum + share * (bin_scores[bin] as number), 0);
}

function weightedSquares(shares: Float64Array, weights: Float64Array): number {
  return shares.reduce((sum, share, i) => sum + (weights[i] as number) * (share / fixed_point) ** 2, 0);
}

function sumOfSquares(features: Float64Array): number {
  return features.reduce((sum, value) => sum + (value / fixed_point) ** 2, 0);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}
