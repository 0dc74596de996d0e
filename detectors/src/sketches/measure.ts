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
    measured.fill(0, kernel_section.length);
    unit.forEach((vector, index) => {
      addVector(vector, measured, index === 0);
    });
    if (unit.length > 1) {
      for (let i = 0; i < layout.moments.start; i++)
        measured[i] = round((measured[i] as number) / unit.length);
    }
    addMoments(measured);
    return measured;
  };
}

type AddVector = (vector: Float32Array, target: Float64Array, is_first: boolean) => void;

/**
 * Adds what one vector measures: whole numbers, so that the order of a unit's vectors does not matter. The features
 * of the first are written over what was there: most units are one vector.
 */
function createAdd(fit: MeasureFit, layout: Layout): AddVector {
  const featureMap = createFeatureMap(fit);
  const nearest = createNearest(fit.centres);
  const features = new Float64Array(kernel_section.length);
  const add = (target: Float64Array, index: number, value: number) => {
    target[index] = (target[index] as number) + value;
  };
  return (vector, target, is_first) => {
    featureMap(vector, is_first ? target : features);
    for (let i = 0; i < features.length && !is_first; i++) add(target, i, features[i] as number);
    for (let i = 0; i < vector.length; i++) {
      add(target, layout.vector.start + i, round((vector[i] as number) * fixed_point));
    }
    const { index, squared_distance } = nearest(vector);
    add(target, layout.leaves.start + index, fixed_point);
    add(target, layout.novelty.start + binOf(squared_distance, fit.bin_edges), fixed_point);
  };
}

function createMoments(fit: MeasureFit, layout: Layout): (measured: Float64Array) => void {
  const { leaves, novelty, moments } = layout;
  return (measured) => {
    const leaf_shares = measured.subarray(leaves.start, leaves.start + leaves.length);
    const score = scoreOf(measured.subarray(novelty.start, novelty.start + novelty.length)) / fixed_point;
    const values = [
      score * score,
      score * score * score,
      weightedSquares(leaf_shares, fit.leaf_weights),
      weightedSquares(parentCounts(leaf_shares, fit), fit.parent_weights),
      ...bandwidths.map(
        (_, index) => (sumOfSquares(kernelSums(measured, index)) * 2) / features_per_bandwidth,
      ),
    ];
    values.forEach((value, index) => {
      measured[moments.start + index] = round(value * fixed_point);
    });
  };
}

// Loops rather than `reduce`, which takes longer than all the rest of measuring.

function scoreOf(shares: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < shares.length; bin++) sum += (shares[bin] as number) * (bin_scores[bin] as number);
  return sum;
}

function weightedSquares(shares: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const share = (shares[i] as number) / fixed_point;
    sum += (weights[i] as number) * (share * share);
  }
  return sum;
}

/** Of whole multiples of 1 / fixed_point: sums of their squares are exact, so four are added side by side. */
function sumOfSquares(features: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < features.length; i += 4) {
    const a = features[i] as number;
    const b = features[i + 1] as number;
    const c = features[i + 2] as number;
    const d = features[i + 3] as number;
    sum += a * a + b * b + (c * c + d * d);
  }
  return sum / (fixed_point * fixed_point);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}
