import { normalTail } from './normal-tail.ts';

/** A Brownian bridge seen at times, ascending between 0 and 1, each of which counts by its weight. */
export interface WeightedBridge {
  readonly times: readonly number[];
  readonly weights: readonly number[];
}

/** Nearer to the mean than this the two terms of the formula cancel, and both sides of it are averaged. */
const near = 1e-4;
const beside = 0.01;

/**
 * Probability that Σ w·B(t)² of a Brownian bridge B is as large as `value`: the null law of the Cramér–von Mises
 * distance of two samples with ties, and with weights 1/t(1 - t) of that of Anderson and Darling, where the times are
 * the shares of the pooled values at or below each of them. By saddlepoint (Lugannani and Rice, Advances in Applied
 * Probability 12, 1980; for quadratic forms Kuonen, Biometrika 86, 1999): within 5 % of the tail down to 1/1,000. A
 * bridge is a Markov process, so the determinant in its cumulants takes time only in proportion to the times.
 */
export function bridgeSquareTail(value: number, { times, weights }: WeightedBridge): number {
  const mean = times.reduce((sum, time, i) => sum + (weights[i] as number) * time * (1 - time), 0);
  if (!(value > 0 && mean > 0)) return 1;
  const bridge = { times, weights: weights.map((weight) => weight / mean) };
  return saddlepointTail(value / mean, bridge);
}

function saddlepointTail(value: number, bridge: WeightedBridge): number {
  const { at, cumulant, variance } = saddlepoint(value, bridge);
  const likelihood = Math.sign(at) * Math.sqrt(Math.max(2 * (at * value - cumulant), 0));
  if (Math.abs(likelihood) < near) {
    return (saddlepointTail(value - beside, bridge) + saddlepointTail(value + beside, bridge)) / 2;
  }
  const density = Math.exp(-(likelihood ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const tail = normalTail(likelihood) + density * (1 / (at * Math.sqrt(variance)) - 1 / likelihood);
  return Math.min(Math.max(tail, 0), 1);
}

interface Tilted {
  readonly cumulant: number;
  readonly mean: number;
  readonly variance: number;
}

/** Where the tilted law has its mean at the value: by Newton's method, halving where that leaves what is known. */
function saddlepoint(value: number, bridge: WeightedBridge): Tilted & { readonly at: number } {
  let [low, high] = [-1, 1];
  let tilted = tilt(0, bridge) as Tilted;
  while ((tilt(low, bridge) as Tilted).mean > value) low *= 4;
  while ((tilt(high, bridge)?.mean ?? Number.POSITIVE_INFINITY) < value) high *= 2;
  let at = 0;
  for (let round = 0; round < 100 && Math.abs(tilted.mean - value) > 1e-9 * value; round++) {
    if (tilted.mean < value) low = at;
    else high = at;
    let next = at + (value - tilted.mean) / tilted.variance;
    if (!(next > low && next < high)) next = (low + high) / 2;
    let found = tilt(next, bridge);
    while (found === null) {
      high = next;
      next = (low + high) / 2;
      found = tilt(next, bridge);
    }
    [at, tilted] = [next, found];
  }
  return { at, ...tilted };
}

/**
 * Cumulant generating function of the form at s, and its two derivatives: -½·log det(P - 2sW)/det P for the precision
 * matrix P of the bridge, which is tridiagonal, by its pivots. Null where there is none, from s = 1/(2λ) on for the
 * largest eigenvalue λ.
 */
function tilt(s: number, { times, weights }: WeightedBridge): Tilted | null {
  let [cumulant, mean, variance] = [0, 0, 0];
  let [pivot, slope, curve, plain, before] = [1, 0, 0, 1, 0];
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    const weight = weights[i] as number;
    const inward = 1 / (time - before);
    const link = i === 0 ? 0 : inward * inward;
    const diagonal = inward + 1 / ((times[i + 1] ?? 1) - time);
    const ratio = slope / pivot;
    curve = (link / pivot) * (curve / pivot - 2 * ratio * ratio);
    slope = (link / pivot) * ratio - 2 * weight;
    pivot = diagonal - 2 * s * weight - link / pivot;
    plain = diagonal - link / plain;
    if (!(pivot > 0)) return null;
    cumulant -= Math.log(pivot / plain) / 2;
    mean -= slope / pivot / 2;
    variance -= (curve / pivot - (slope / pivot) ** 2) / 2;
    before = time;
  }
  return { cumulant, mean, variance };
}
