import type { Centres } from '../sketches/centres.ts';
import { block_numbers, tile_centres } from './dot-kernel.ts';
import { createWorkspace } from './workspace.ts';

/** Indices of centres, in rising order, among which is the one that `createNearest` finds for a finite vector. */
export type Candidates = (vector: Float32Array) => readonly number[];

/**
 * Finds the few centres that can be nearest from dot products of rounded numbers; null without vector instructions.
 *
 * Where x = x̂ + e and c = ĉ + f, and the hats are whole multiples of a step, x·c differs from x̂·ĉ by e·c + x̂·f: at
 * most |e||c| + |x̂||f| (Cauchy and Schwarz), and the norms of both errors are known when rounding. So |x - c|² lies
 * in a known interval, and a centre whose interval begins behind the end of another's is not the nearest.
 */
export function createCandidates({ dimension, values }: Centres): Candidates | null {
  const row = new Int16Array(roundUp(dimension, block_numbers));
  const count = values.length / dimension;
  const tiled = new Int16Array(roundUp(count, tile_centres) * row.length);
  const centres = Array.from({ length: count }, (_, index) => {
    const centre = values.subarray(index * dimension, (index + 1) * dimension);
    const rounded = quantise(centre, row);
    placeInTile(tiled, index, row);
    return rounded;
  });
  const products = new Int32Array(roundUp(count, tile_centres));
  const workspace = createWorkspace({ row, tiled, products });
  if (workspace === null) return null;
  const { kernels, arrays } = workspace;
  const [row_start, row_end] = range(arrays.row);
  const [tiles_start, tiles_end] = range(arrays.tiled);
  const choose = createChoose(centres);
  return (vector) => {
    const rounded = quantise(vector, arrays.row);
    kernels.dotProducts(row_start, row_end, tiles_start, tiles_end, arrays.products.byteOffset);
    return choose(rounded, arrays.products);
  };
}

/** What is known of a vector that was rounded. */
interface Quantised {
  readonly norm: number;
  /** One unit of the whole numbers. */
  readonly step: number;
  /** Norm of the difference between the vector and what it was rounded to. */
  readonly error: number;
}

/**
 * Norm of the whole numbers. No number passes 2^15, and no sum of products of two such vectors passes the square
 * (Cauchy and Schwarz): with half of √dimension that rounding may add, it stays below 2^31.
 */
const quantised_norm = 32_000;

function squaredNorm(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (vector[i] as number);
  return sum;
}

function quantise(vector: Float32Array, target: Int16Array): Quantised {
  const norm = Math.sqrt(squaredNorm(vector));
  const steps = norm > 0 ? quantised_norm / norm : 0;
  let squared_error = 0;
  for (let i = 0; i < vector.length; i++) {
    const exact = (vector[i] as number) * steps;
    const whole = Math.floor(exact + 0.5);
    target[i] = whole;
    squared_error += (exact - whole) * (exact - whole);
  }
  const step = norm / quantised_norm;
  return { norm, step, error: Math.sqrt(squared_error) * step };
}

/** Writes a centre to where `dotProducts` reads it. */
function placeInTile(tiled: Int16Array, index: number, numbers: Int16Array): void {
  const tile = Math.floor(index / tile_centres) * tile_centres * numbers.length;
  const place = tile + (index % tile_centres) * block_numbers;
  for (let i = 0; i < numbers.length; i++) {
    const block = Math.floor(i / block_numbers) * block_numbers;
    tiled[place + block * tile_centres + (i - block)] = numbers[i] as number;
  }
}

/** Rounding of doubles, as a part of (|x| + |c|)²: enough for a million dimensions. */
const double_slack = 2 ** -30;
/** Of the bound itself, which is computed in doubles too. */
const bound_slack = 1 + 2 ** -20;

function createChoose(centres: readonly Quantised[]): (x: Quantised, products: Int32Array) => number[] {
  const norms = Float64Array.from(centres, ({ norm }) => norm);
  const steps = Float64Array.from(centres, ({ step }) => step);
  const errors = Float64Array.from(centres, ({ error }) => error);
  const begins = new Float64Array(centres.length);
  return (x, products) => {
    let first_end = Number.POSITIVE_INFINITY;
    const rounded_norm = x.norm + x.error;
    for (let i = 0; i < begins.length; i++) {
      const norm = norms[i] as number;
      const product = (products[i] as number) * x.step * (steps[i] as number);
      const error = 2 * bound_slack * (x.error * norm + rounded_norm * (errors[i] as number));
      const bound = error + double_slack * (x.norm + norm) * (x.norm + norm);
      // |x|² is the same for all and left out.
      const middle = norm * norm - 2 * product;
      begins[i] = middle - bound;
      if (middle + bound < first_end) first_end = middle + bound;
    }
    const chosen: number[] = [];
    for (let i = 0; i < begins.length; i++) if ((begins[i] as number) <= first_end) chosen.push(i);
    return chosen;
  };
}

function range({ byteOffset, byteLength }: Int16Array): [start: number, end: number] {
  return [byteOffset, byteOffset + byteLength];
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
