import { normalTail } from './normal-tail.ts';

/** Nodes of the density in a standard deviation of the bridge where it varies the most. */
const nodes_per_deviation = 10;
/** Times closer than this, in the variance of the bridge where it varies the most, are as good as one. */
const spacing_min = 1 / 256;
/** From here on the tail is below 3e-14, and its first term says all. */
const far = 4;
/** From so many of its standard deviations on a bridge is seen at no time with more than 1e-15 beyond. */
const deviations_max = 8;
/** Gregory's weights of the first nodes from an end: the integral of a smooth function cut off there, to h⁴. */
const end_weights = [3 / 8, 7 / 6, 23 / 24] as const;

/**
 * Probability that a Brownian bridge is as far as `value` from 0 at one of `times`, ascending between 0 and 1: the
 * null law of the Kolmogorov–Smirnov distance of two samples with ties, where the times are the shares of the pooled
 * values at or below each of them. The density of the paths that stayed within is carried from time to time
 * (Chapman–Kolmogorov equation), and what leaves is added up, so that small tails keep their digits. For times
 * without gaps it is Kolmogorov's series (Doob, Annals of Mathematical Statistics 20, 1949). Below 1e-12 it may be an
 * upper bound.
 */
export function bridgeSupremumTail(value: number, times: readonly number[]): number {
  if (!(value > 0) || times.length === 0) return 1;
  if (value > far) return 2 * Math.exp(-2 * value * value);
  const clearest = times.reduce((best, time) => (time * (1 - time) > best * (1 - best) ? time : best), 0);
  const variance = clearest * (1 - clearest);
  const deviations = value / Math.sqrt(variance);
  if (deviations > deviations_max) return anyBeyond(value, times);
  const nodes = Math.max(Math.ceil(deviations * nodes_per_deviation), 8);
  const step = value / nodes;
  const within = { density: new Float64Array(2 * nodes + 1), next: new Float64Array(2 * nodes + 1), nodes };
  let left = 0;
  let before = 0;
  for (const time of spaced(times, spacing_min * variance)) {
    const spread = time - before;
    const kernel = gaussian(spread, { step, stride: (value * spread) / clearest });
    const returns = 1 - time;
    const reach = nodes + (kernel.length >> 1);
    for (let node = 0; node <= reach; node++) {
      const density = before === 0 ? start(kernel, node) : arrive(within, kernel, node);
      if (node <= nodes) keep(within, node, density * step * endWeight(nodes - node));
      if (node < nodes) continue;
      const back = Math.exp(-((node * step) ** 2) / (2 * returns)) / Math.sqrt(returns);
      left += 2 * density * back * step * endWeight(node - nodes);
    }
    [within.density, within.next] = [within.next, within.density];
    before = time;
  }
  return Math.min(left, 1);
}

/** What is seen at single times, added up (Bonferroni). Nodes fine enough for the density would be thousands. */
function anyBeyond(value: number, times: readonly number[]): number {
  const inner = times.filter((time) => time > 0 && time < 1);
  return inner.reduce((sum, time) => sum + 2 * normalTail(value / Math.sqrt(time * (1 - time))), 0);
}

function* spaced(times: readonly number[], apart: number): Generator<number> {
  let before = 0;
  for (const time of times) {
    if (time - before < apart) continue;
    yield time;
    before = time;
  }
}

interface Strides {
  readonly step: number;
  /** What those paths take at once that leave where leaving is likeliest: they go there in a straight line. */
  readonly stride: number;
}

/** Normal density at the nodes. */
function gaussian(variance: number, { step, stride }: Strides): Float64Array {
  const deviation = Math.sqrt(variance);
  const reach = Math.ceil((stride + 3.5 * deviation) / step);
  const kernel = new Float64Array(2 * reach + 1);
  const middle = 1 / (deviation * Math.sqrt(2 * Math.PI));
  for (let node = 0; node <= reach; node++) {
    const density = middle * Math.exp(-((node * step) ** 2) / (2 * variance));
    kernel[reach + node] = density;
    kernel[reach - node] = density;
  }
  return kernel;
}

interface Within {
  /** By node from -`nodes` to `nodes`, times the weight of the node. */
  density: Float64Array;
  next: Float64Array;
  readonly nodes: number;
}

function start(kernel: Float64Array, node: number): number {
  const reach = kernel.length >> 1;
  return node <= reach ? (kernel[reach + node] as number) : 0;
}

function arrive({ density, nodes }: Within, kernel: Float64Array, node: number): number {
  const reach = kernel.length >> 1;
  const last = Math.min(node + reach, nodes) + nodes;
  let from = Math.max(node - reach, -nodes) + nodes;
  let sum = 0;
  for (let tap = reach + node + nodes - from; from <= last; from++, tap--) {
    sum += (density[from] as number) * (kernel[tap] as number);
  }
  return sum;
}

/** A bridge is as likely on either side. */
function keep({ next, nodes }: Within, node: number, density: number): void {
  next[nodes + node] = density;
  next[nodes - node] = density;
}

function endWeight(from_end: number): number {
  return from_end < end_weights.length ? (end_weights[from_end] as number) : 1;
}
