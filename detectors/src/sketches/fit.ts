import { hash } from 'node:crypto';
import { DetectorError } from '../errors.ts';

import {
  type ClusterFit,
  type ClusterShares,
  fitClusters,
  fitClusterTraces,
  unitsForCentres,
} from './fit-clusters.ts';
import { fitKernels, type KernelFit, medianPositive, pairDistances } from './fit-kernels.ts';
import { sketch_version } from './layout.ts';
import { createMeasure, type MeasureFit } from './measure.ts';
import { createRandom, shuffled } from './random.ts';
import { checkVector } from './vectors.ts';

export const fit_rows_min = 64;
/** Units whose pairs give distances: enough for three digits, and the time grows with their square. */
const pair_units_max = 600;
/** Units that give the null distributions: as many as there are, because what these err by is in every verdict. */
const null_units_max = 4_000;

/** What a sketch is made with. Fixed once, from vectors that are in neither the reference nor a window. */
export interface Fit extends ClusterShares {
  /** Names everything that sums depend on; the id of every sketch made with this fit. */
  readonly id: string;
  readonly encoder: string;
  readonly dimension: number;
  readonly seed: number;
  /** Vectors it was made from. */
  readonly rows: number;
  /** Units, such as conversations, that these vectors were in: its null distributions are those of units. */
  readonly units: number;
  /** Median distance between two vectors. */
  readonly median_distance: number;
  /** One for each bandwidth of the layout. */
  readonly kernels: readonly KernelFit[];
  readonly clusters: ClusterFit;
}

export interface UnitFitRequest {
  readonly encoder: string;
  readonly dimension: number;
  /** From a few hundred to some thousand vectors in all; those of one conversation are one unit. */
  readonly units: readonly (readonly Float32Array[])[];
  readonly seed?: number;
}

export interface VectorFitRequest extends Omit<UnitFitRequest, 'units'> {
  /** Each is a unit of its own. */
  readonly vectors: readonly Float32Array[];
}

/**
 * Fits what sketches are made with. Takes about a second for 2,000 vectors of 384 numbers.
 * @throws DetectorError too_few_rows below 64 units, bad_vector
 */
export function createFit({ vectors, ...request }: VectorFitRequest): Fit {
  return fitUnits({ ...request, units: vectors.map((vector) => [vector]) });
}

/**
 * As `createFit`, for vectors that come in conversations.
 * @throws DetectorError too_few_rows below 64 units, bad_vector
 */
export function fitUnits({ encoder, dimension, units, seed = 1 }: UnitFitRequest): Fit {
  checkUnits(units, dimension);
  const dealt = shuffled(units, createRandom(seed));
  const distances = pairDistances(dealt.slice(-pair_units_max).map((unit) => unit[0] as Float32Array));
  const measured_with: MeasureFit = {
    ...{ encoder, dimension, seed, units: units.length },
    rows: units.reduce((sum, unit) => sum + unit.length, 0),
    median_distance: medianPositive(distances),
    ...fitClusters(dealt, dimension),
  };
  const measure = createMeasure(measured_with);
  const measured = dealt.slice(-null_units_max).map((unit) => measure(unit).slice());
  const values = {
    ...measured_with,
    kernels: fitKernels(measured, distances, measured_with),
    clusters: fitClusterTraces(measured.slice(unitsForCentres(units.length) - units.length), measured_with),
  };
  return { id: fitId(values), ...values };
}

function checkUnits(units: UnitFitRequest['units'], dimension: number): void {
  if (units.length < fit_rows_min) {
    throw new DetectorError(
      'too_few_rows',
      `${units.length} vectors or conversations are too few to fit on; ${fit_rows_min} are needed.`,
    );
  }
  for (const unit of units) {
    if (unit.length === 0) throw new DetectorError('bad_vector', 'A unit holds no vector.');
    for (const vector of unit) checkVector(vector, dimension);
  }
}

/** The id names encoder, dimension, seed and version in clear, and everything else by its hash. */
export function fitId(values: Omit<Fit, 'id'>): string {
  const { encoder, dimension, seed, clusters } = values;
  const numbers = [
    ...[values.rows, values.units, values.median_distance],
    ...[...values.kernels, clusters.leaves, clusters.parents].flatMap(numbersOfKernel),
    ...values.bin_edges,
    ...values.centres.values,
    ...values.parents,
    ...values.leaf_weights,
    ...values.parent_weights,
  ];
  const digest = hash('sha256', Buffer.from(Float64Array.from(numbers).buffer), 'hex').slice(0, 16);
  return `${encoder}:${dimension}:s${seed}:v${sketch_version}:${digest}`;
}

function numbersOfKernel({ traces, unlike }: KernelFit): number[] {
  const { first, second, third, cubes, errors, narrowing } = traces;
  // Fits of earlier versions have neither.
  const of_errors = errors === undefined ? [] : [errors.second, errors.third];
  const of_narrowing = narrowing === undefined ? [] : [...narrowing.mean, narrowing.count, narrowing.slope];
  return [first, second, third, cubes, unlike, ...of_errors, ...of_narrowing];
}
