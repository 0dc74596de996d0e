import { probit } from 'simple-statistics';
import { createRandom, type RandomSource } from '../sketches/random.ts';

/** Where fewer units of all rare places are expected, each of them is dealt or not. */
const one_by_one_max = 10;
/** Normal quantiles, to look up. */
const normals = Float64Array.from({ length: 8192 }, (_, i) => probit((i + 0.5) / 8192));

export interface PermutationPlan {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly draws: number;
  /** A place of which the smaller sample has at least so many units on average is a frequent one. */
  readonly dense_min: number;
}

/**
 * Two samples as they would be counted if who is in which were random: both margins stay (Fisher, "The design of
 * experiments", 1935; multivariate hypergeometric law). Units of rare places are dealt one by one; how many units a
 * frequent place gets is drawn as a normal number, given what was dealt before, so that a draw takes no longer for
 * larger samples; such a number can be no whole one, and below 0. Seeded by the margins alone: the same counts have the same draws. The arrays are used again.
 */
export function* permutedCounts({ first, second, draws, dense_min }: PermutationPlan) {
  const [n, m] = [sumOf(first), sumOf(second)];
  const urn = createUrn(
    first.map((count, place) => count + (second[place] as number)),
    Math.min(n, m) / (n + m),
    dense_min,
  );
  const [smaller, larger] = [new Float64Array(first.length), new Float64Array(first.length)];
  for (let draw = 0; draw < draws; draw++) {
    smaller.fill(0);
    dealDense(urn, dealRare(urn, smaller), smaller);
    for (let i = 0; i < larger.length; i++) larger[i] = (urn.totals[i] as number) - (smaller[i] as number);
    yield n <= m ? { first: smaller, second: larger } : { first: larger, second: smaller };
  }
}

interface Urn {
  /** One for each unit of a rare place. */
  readonly balls: Uint16Array;
  readonly dense: readonly number[];
  readonly totals: Float64Array;
  readonly total: number;
  /** Of the smaller sample in both. */
  readonly part: number;
  readonly random: RandomSource;
}

/** Parts of units are carried from the rarest place to the next, and never down to none. */
function createUrn(pooled: Float64Array, part: number, dense_min: number): Urn {
  const places = Array.from(pooled.keys());
  const isDense = (place: number) => (pooled[place] as number) * part >= dense_min;
  const rare = places
    .filter((place) => !isDense(place))
    .sort((a, b) => (pooled[a] as number) - (pooled[b] as number));
  const totals = pooled.map((count, place) => (isDense(place) ? count : 0));
  const balls: number[] = [];
  let wanted = 0;
  for (const place of rare) {
    wanted += pooled[place] as number;
    while (balls.length < wanted - 1e-6) {
      balls.push(place);
      totals[place] = (totals[place] as number) + 1;
    }
  }
  const total = sumOf(totals);
  const random = createRandom(seedOf(totals, part));
  return { balls: Uint16Array.from(balls), dense: places.filter(isDense), totals, total, part, random };
}

function seedOf(totals: Float64Array, part: number): number {
  return totals.reduce((seed, count) => Math.imul(seed, 31) + Math.floor(count * 64), Math.floor(part * 1e6));
}

/** Deals the units of rare places; how many of them there are. */
function dealRare({ balls, dense, total, part, random }: Urn, counts: Float64Array): number {
  const expected = part * balls.length;
  if (dense.length > 0 && expected < one_by_one_max) {
    let dealt = 0;
    for (let i = 0; i < balls.length; i++) {
      if ((random() / 2 ** 32) * (total - i) >= part * total - dealt) continue;
      dealt += 1;
      add(counts, balls[i] as number);
    }
    return dealt;
  }
  const variance = (1 - part) * expected * ((total - balls.length) / (total - 1));
  const wanted = Math.round(expected + normalOf(random) * Math.sqrt(Math.max(variance, 0)));
  const dealt = Math.min(Math.max(wanted, 0), balls.length);
  for (let i = 0; i < dealt; i++) {
    const chosen = i + Math.floor((random() / 2 ** 32) * (balls.length - i));
    const place = balls[chosen] as number;
    balls[chosen] = balls[i] as number;
    balls[i] = place;
    add(counts, place);
  }
  return dealt;
}

function dealDense({ balls, dense, totals, total, part, random }: Urn, dealt: number, counts: Float64Array) {
  let units = part * total - dealt;
  let left = total - balls.length;
  for (const place of dense) {
    const count = totals[place] as number;
    const share = units / left;
    const variance = count * share * (1 - share) * ((left - count) / Math.max(left - 1, 1));
    const drawn = count * share + normalOf(random) * Math.sqrt(Math.max(variance, 0));
    counts[place] = drawn;
    units -= drawn;
    left -= count;
  }
}

function normalOf(random: RandomSource): number {
  return normals[random() >>> 19] as number;
}

function add(counts: Float64Array, place: number): void {
  counts[place] = (counts[place] as number) + 1;
}

function sumOf(counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}
