import { estimateTraces, type Traces } from './kernel-traces.ts';
import type { Shape } from './layout.ts';
import { cellOf, concentrationOf, type LeafMix, type PairCells, type PairMoments } from './pair-moments.ts';
import { createPairSums, createPlainPairSums } from './pairs.ts';

export interface ClusteredUnit {
  readonly features: Float64Array;
  /** Share of the unit in each leaf. */
  readonly leaves: Float64Array;
}

/** Units of one leaf whose pairs are enough, and units whose pairs are enough for those of parents. */
const units_max = { within: 48, between: 600 } as const;
/** Beyond this the samples say nothing: they are hardly narrower than all units. */
const exponent_max = 3;

interface Population {
  /** So many of the last units had no part in the centres: their mix of leaves is that of the population. */
  readonly held_out: number;
  readonly traces: Traces;
  /** Indexes of units that are narrower populations. */
  readonly narrow: readonly (readonly number[])[];
}

/** From units in random order. */
export function fitPairMoments(
  units: readonly ClusteredUnit[],
  shape: Pick<Shape, 'parents'>,
  { held_out, traces, narrow }: Population,
): PairMoments {
  const leaf_count = shape.parents.length;
  const members = membersOf(units);
  const moments = {
    lengths: lengthsOf(members, leaf_count),
    within: withinLeaves(members, leaf_count),
    between: betweenParents(members.slice(0, units_max.between), shape),
  };
  const concentration = (of: readonly Member[]) => concentrationOf(moments, mixOf(of, leaf_count), shape);
  const of_all = concentration(members.slice(-held_out));
  const ratios = narrow.map((sample) => {
    const some = sample.map((unit) => members[unit] as Member);
    const of_sample = estimateTraces(some.map(({ features }) => features));
    return { true: relative(of_sample) / relative(traces), expected: concentration(some) / of_all };
  });
  return { ...moments, concentration: of_all, exponent: exponentOf(ratios) };
}

function relative({ first, second }: Traces): number {
  return second / first ** 2;
}

interface Ratio {
  readonly true: number;
  readonly expected: number;
}

/** With which the expected ratios are, on the whole, the true ones. */
function exponentOf(ratios: readonly Ratio[]): number {
  const usable = ratios.filter((ratio) => ratio.true > 0 && ratio.expected > 0);
  const sumOfLogs = (of: (ratio: Ratio) => number) =>
    usable.reduce((sum, ratio) => sum + Math.log(of(ratio)), 0);
  const [found, expected] = [sumOfLogs((ratio) => ratio.true), sumOfLogs((ratio) => ratio.expected)];
  return expected > 0 ? Math.min(Math.max(found / expected, 1), exponent_max) : 1;
}

/** A unit about the mean of all. */
interface Member {
  readonly features: Float64Array;
  /** The leaves it is in. */
  readonly parts: readonly LeafPart[];
}

interface LeafPart {
  readonly leaf: number;
  readonly share: number;
}

function membersOf(units: readonly ClusteredUnit[]): Member[] {
  const mean = new Float64Array(units[0]?.features.length ?? 0);
  for (const { features } of units) {
    for (let i = 0; i < mean.length; i++) {
      mean[i] = (mean[i] as number) + (features[i] as number) / units.length;
    }
  }
  return units.map(({ features, leaves }) => ({
    features: features.map((value, i) => value - (mean[i] as number)),
    parts: Array.from(leaves, (share, leaf) => ({ leaf, share })).filter(({ share }) => share > 0),
  }));
}

function mixOf(members: readonly Member[], leaf_count: number): LeafMix {
  const counts = new Float64Array(leaf_count);
  for (const { leaf, share } of members.flatMap(({ parts }) => parts)) {
    counts[leaf] = (counts[leaf] as number) + share;
  }
  return { counts, count: members.length };
}

function lengthsOf(members: readonly Member[], leaf_count: number): Float32Array {
  const tally = createTally(leaf_count);
  for (const { features, parts } of members) {
    const length = features.reduce((sum, value) => sum + value ** 2, 0);
    for (const { leaf, share } of parts) tally.add(leaf, share, length);
  }
  return tally.means().products;
}

function withinLeaves(members: readonly Member[], leaf_count: number): PairCells {
  const tally = createTally(leaf_count);
  const of_leaf = Array.from({ length: leaf_count }, (): { features: Float64Array; share: number }[] => []);
  for (const { features, parts } of members) {
    for (const { leaf, share } of parts) of_leaf[leaf]?.push({ features, share });
  }
  of_leaf.forEach((all, leaf) => {
    const some = all.slice(0, units_max.within);
    // A workspace for vector instructions for each leaf would take longer than its few pairs.
    forEachPair(some, createPlainPairSums, (one, other, product) => {
      tally.add(leaf, one.share * other.share, product);
    });
  });
  return tally.means();
}

function betweenParents(members: readonly Member[], { parents }: Pick<Shape, 'parents'>): PairCells {
  const last = parents.reduce((most, parent) => Math.max(most, parent), 0);
  const tally = createTally(cellOf(last, last) + 1);
  forEachPair(members, createPairSums, (one, other, product) => {
    for (const a of one.parts) {
      for (const b of other.parts) {
        if (a.leaf === b.leaf) continue;
        const cell = cellOf(parents[a.leaf] as number, parents[b.leaf] as number);
        tally.add(cell, a.share * b.share, product);
      }
    }
  });
  return tally.means();
}

function forEachPair<Row extends { readonly features: Float64Array }>(
  rows: readonly Row[],
  create: typeof createPairSums,
  visit: (one: Row, other: Row, product: number) => void,
): void {
  const products = create(
    rows.map(({ features }) => features),
    'product',
  );
  rows.forEach((one, i) => {
    const with_earlier = products(i);
    for (let j = 0; j < i; j++) visit(one, rows[j] as Row, with_earlier[j] as number);
  });
}

/** Weighted means by cell. Each is drawn to that of all cells as if it held one pair more: a cell may hold none. */
function createTally(size: number) {
  const [weights, products, squares] = [0, 0, 0].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const totals = { weight: 0, product: 0, square: 0 };
  const meansOf = (sums: Float64Array, total: number) => {
    const overall = totals.weight > 0 ? total / totals.weight : 0;
    return Float32Array.from(sums, (sum, cell) => (sum + overall) / ((weights[cell] as number) + 1));
  };
  return {
    add(cell: number, weight: number, product: number): void {
      weights[cell] = (weights[cell] as number) + weight;
      products[cell] = (products[cell] as number) + weight * product;
      squares[cell] = (squares[cell] as number) + weight * product ** 2;
      totals.weight += weight;
      totals.product += weight * product;
      totals.square += weight * product ** 2;
    },
    means: (): PairCells => ({
      products: meansOf(products, totals.product),
      squares: meansOf(squares, totals.square),
    }),
  };
}
