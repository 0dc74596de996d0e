import type { Centres } from './centres.ts';
import { createWholeProducts, type WholeProducts } from './whole-products.ts';

/** Indices of centres, in rising order, among which is the one that `createNearest` finds for a finite vector. */
export type Candidates = (vector: Float32Array) => readonly number[];

/**
 * Finds the few centres that can be nearest from dot products of rounded numbers, which take half the time of exact
 * ones and with vector instructions a fraction.
 *
 * Where x = x̂ + e and c = ĉ + f, and the hats are whole multiples of a step, x·c differs from x̂·ĉ by e·c + x̂·f: at
 * most |e||c| + |x̂||f| (Cauchy and Schwarz), and the norms of both errors are known when rounding. So |x - c|² lies
 * in a known interval, and a centre whose interval begins behind the end of another's is not the nearest.
 */
export function createCandidates(
  { dimension, values }: Centres,
  createProducts: typeof createWholeProducts = createWholeProducts,
): Candidates {
  const count = values.length / dimension;
  const products = createProducts({ dimension, count });
  const centres = Array.from({ length: count }, (_, index) => {
    const rounded = quantise(values.subarray(index * dimension, (index + 1) * dimension), products);
    products.place(index);
    return rounded;
  });
  const choose = createChoose(centres);
  return (vector) => choose(quantise(vector, products), products.multiply());
}

/** What is known of a vector that was rounded. */
interface Quantised {
  readonly norm: number;
  /** One unit of the whole numbers. */
  readonly step: number;
  /** Norm of the difference between the vector and what it was rounded to. */
  readonly error: number;
}

function squaredNorm(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (vector[i] as number);
  return sum;
}

function quantise(vector: Float32Array, { row, norm: wanted }: WholeProducts): Quantised {
  const norm = Math.sqrt(squaredNorm(vector));
  const steps = norm > 0 ? wanted / norm : 0;
  let squared_error = 0;
  for (let i = 0; i < vector.length; i++) {
    const exact = (vector[i] as number) * steps;
    const whole = Math.floor(exact + 0.5);
    row[i] = whole;
    squared_error += (exact - whole) * (exact - whole);
  }
  const step = norm / wanted;
  return { norm, step, error: Math.sqrt(squared_error) * step };
}

/** Rounding of doubles, as a part of (|x| + |c|)²: enough for a million dimensions. */
const double_slack = 2 ** -30;
/** Of the bound itself, which is computed in doubles too. */
const bound_slack = 1 + 2 ** -20;

function createChoose(
  centres: readonly Quantised[],
): (x: Quantised, products: ArrayLike<number>) => number[] {
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
