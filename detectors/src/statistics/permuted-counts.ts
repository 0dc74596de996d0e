import { createRandom } from '../sketches/random.ts';

export interface PermutationPlan {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly draws: number;
  /** More units than this on the smaller side are scaled down to it: there the null distributions have settled. */
  readonly units_max: number;
}

/**
 * Two samples as they would be counted if who is in which were random: both margins stay (Fisher, "The design of
 * experiments", 1935; multivariate hypergeometric law). Seeded by the margins alone, so that the same counts have
 * the same draws.
 * The arrays are used again by the next draw.
 */
export function* permutedCounts({ first, second, draws, units_max }: PermutationPlan) {
  const [n, m] = [first, second].map((counts) =>
    Array.from(counts).reduce((sum, count) => sum + count, 0),
  ) as [number, number];
  const scale = Math.min(1, units_max / Math.min(n, m));
  const pooled = Array.from(first, (count, place) => (count + (second[place] as number)) * scale);
  const urn = fillUrn(pooled);
  const drawn = Math.min(Math.max(Math.round((Math.min(n, m) * urn.length) / (n + m)), 1), urn.length - 1);
  const random = createRandom(urn.length * 31 + drawn);
  const totals = new Float64Array(first.length);
  for (const place of urn) totals[place] = (totals[place] as number) + 1;
  const smaller = new Float64Array(first.length);
  const larger = new Float64Array(first.length);
  for (let draw = 0; draw < draws; draw++) {
    drawFrom(urn, drawn, random, smaller);
    for (let i = 0; i < totals.length; i++) larger[i] = (totals[i] as number) - (smaller[i] as number);
    yield n <= m ? { first: smaller, second: larger } : { first: larger, second: smaller };
  }
}

/** One ball for each unit; parts of units are carried to the next place, so that their number is kept. */
function fillUrn(pooled: readonly number[]): Uint16Array {
  const balls: number[] = [];
  let wanted = 0;
  pooled.forEach((count, place) => {
    wanted += count;
    while (balls.length + 0.5 <= wanted) balls.push(place);
  });
  return Uint16Array.from(balls);
}

/** The first balls of a Fisher–Yates shuffle. */
function drawFrom(urn: Uint16Array, drawn: number, random: () => number, counts: Float64Array): void {
  counts.fill(0);
  for (let i = 0; i < drawn; i++) {
    const chosen = i + Math.floor((random() / 2 ** 32) * (urn.length - i));
    const place = urn[chosen] as number;
    urn[chosen] = urn[i] as number;
    urn[i] = place;
    counts[place] = (counts[place] as number) + 1;
  }
}
