import { fixed_point, layoutOf } from '../../../detectors/src/sketches/layout.ts';
import type { Population } from './populations.ts';
import { whitening } from './whitening.ts';

/** Which of the nearest rows of the fit have their distances among the inputs. */
const neighbour_ranks = [1, 5, 20] as const;
/** Rows of the fit among which neighbours are looked for. */
const neighbour_rows = 1_000;
/** A distance is also given as exp of so many times itself: the farthest rows say most. */
const tail_rate = 6;
/** How soon a vector stops to belong to a centre that is farther than the nearest, by squared distance. */
const membership_rate = 20;
/** Rows that the inputs are made white on; nobody knows yet which of them will be in a window. */
const white_rows = 2_500;
const ridge = 0.3;

/** What there is to see of a vector. */
interface Seen {
  readonly vector: Float32Array;
  /** Distances to the nearest rows of the fit and to its nearest centre. */
  readonly neighbours: readonly number[];
  /** How much it belongs to each centre of the fit; in all 1. */
  readonly memberships: Float32Array;
}

type View = (seen: Seen) => Float32Array;

const neighbourView: View = ({ neighbours }) =>
  Float32Array.from(neighbours.flatMap((distance) => [distance, Math.exp(tail_rate * distance)]));

/** The parts of each classifier's inputs; each part is made white by itself. */
const classifiers: readonly (readonly View[])[] = [
  [neighbourView],
  [neighbourView, ({ vector }) => vector],
  [neighbourView, ({ vector }) => vector, ({ memberships }) => memberships],
];

/**
 * White inputs of a row of a pool, for each classifier. They come from its vector and from what the fit was made
 * from, so they do not depend on which rows are in a window and which in the reference.
 */
export function createInputs(population: Population): (row: Int32Array) => readonly Float32Array[] {
  const see = createSight(population);
  const sample = population.known.rows.slice(0, white_rows).map(see);
  const parts = classifiers.map((views) =>
    views.map((view) => {
      const whiten = whitening(sample.map(view), ridge);
      return (seen: Seen) => whiten(view(seen));
    }),
  );
  const known = new Map<Int32Array, readonly Float32Array[]>();
  return (row) => {
    const earlier = known.get(row);
    if (earlier !== undefined) return earlier;
    const seen = see(row);
    const inputs = parts.map((of_classifier) => joined(of_classifier.map((part) => part(seen))));
    known.set(row, inputs);
    return inputs;
  };
}

function createSight({ fit, fit_vectors }: Population): (row: Int32Array) => Seen {
  const { start, length } = layoutOf(fit).vector;
  const centres = Array.from(fit.parents, (_, leaf) =>
    fit.centres.values.subarray(leaf * length, (leaf + 1) * length),
  );
  const toCentres = createDistances(centres);
  const toRows = createDistances(fit_vectors.slice(0, neighbour_rows));
  return (row) => {
    const vector = Float32Array.from(row.subarray(start, start + length), (sum) => sum / fixed_point);
    const to_centres = toCentres(vector);
    const to_rows = toRows(vector).sort();
    const nearest = Math.min(...to_centres);
    return {
      vector,
      neighbours: [...neighbour_ranks.map((rank) => to_rows[rank - 1] as number), nearest],
      memberships: membershipsOf(to_centres, nearest),
    };
  };
}

function membershipsOf(distances: Float64Array, nearest: number): Float32Array {
  const weights = distances.map((distance) => Math.exp(membership_rate * (nearest ** 2 - distance ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/** Distances from a vector to each of these places. */
function createDistances(places: readonly Float32Array[]): (vector: Float32Array) => Float64Array {
  const doubles = places.map((place) => Float64Array.from(place));
  return (vector) => {
    const from = Float64Array.from(vector);
    return Float64Array.from(doubles, (place) => {
      let squared = 0;
      for (let i = 0; i < from.length; i++) squared += ((from[i] as number) - (place[i] as number)) ** 2;
      return Math.sqrt(squared);
    });
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}
