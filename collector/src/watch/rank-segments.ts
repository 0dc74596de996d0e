import { type Segment, type Sketch, splitShift } from '@sextant/detectors';
import { whole } from './slices.ts';
import type { SliceSketch } from './streams.ts';

const segments_max = 5;
/** How much more of a shift than its share of the conversations a segment explains, to be worth naming. */
const excess_min = 0.1;
const unnamed = '(none)';

/** What a slice has to do with a shift of the whole. */
export interface RankedSegment {
  readonly slice_key: string;
  /** `(none)` for conversations that have no value of the key. */
  readonly slice_value: string;
  /** Shares of the conversations, 0 to 1. */
  readonly share_before: number;
  readonly share_after: number;
  /** Part of the shift it explains by being more or less frequent, and by being other than before; signed. */
  readonly mix: number;
  readonly within: number;
}

/**
 * The slices that explain more of a shift than their share, those that explain most beyond it first. For each slice
 * key the shift is split exactly among the values of that key, and the parts add up to 1.
 */
export function rankSegments(
  reference: readonly SliceSketch[],
  current: readonly SliceSketch[],
): RankedSegment[] {
  const keys = new Set(current.map(({ slice_key }) => slice_key).filter((key) => key !== whole.slice_key));
  const ranked = [...keys].flatMap((slice_key) => splitByKey(slice_key, reference, current));
  return ranked
    .map((segment) => ({ segment, excess: excessOf(segment) }))
    .filter(({ excess }) => excess > excess_min)
    .sort((a, b) => b.excess - a.excess)
    .slice(0, segments_max)
    .map(({ segment }) => segment);
}

function excessOf({ mix, within, share_before, share_after }: RankedSegment): number {
  return mix + within - (share_before + share_after) / 2;
}

function splitByKey(
  slice_key: string,
  reference: readonly SliceSketch[],
  current: readonly SliceSketch[],
): RankedSegment[] {
  const segments = segmentsOf(slice_key, reference, current);
  if (segments === null || segments.length < 2) return [];
  const weights = new Float64Array(segments[0]?.current.sums.length ?? 0).fill(1);
  const { shift, segments: split } = splitShift({ segments, weights });
  if (!(shift > 0)) return [];
  return split.map(({ name, share_before, share_after, mix, within }) => {
    return {
      slice_key,
      slice_value: name,
      share_before,
      share_after,
      mix: mix / shift,
      within: within / shift,
    };
  });
}

/** Null where slices overlap, because conversations have several values: they do not add up to the whole. */
function segmentsOf(
  slice_key: string,
  reference: readonly SliceSketch[],
  current: readonly SliceSketch[],
): Segment[] | null {
  const sides = [reference, current].map((slices) => ({
    all: slices.find((slice) => slice.slice_key === whole.slice_key)?.sketch,
    parts: slices.filter((slice) => slice.slice_key === slice_key),
  }));
  const [before, after] = sides.map(({ all, parts }) => (all === undefined ? null : remainderOf(all, parts)));
  if (before == null || after == null) return null;
  const values = new Set(sides.flatMap(({ parts }) => parts.map(({ slice_value }) => slice_value)));
  const find = (side: number, value: string) =>
    sides[side]?.parts.find(({ slice_value }) => slice_value === value)?.sketch ?? emptyLike(before);
  const segments = [...values].map((name) => ({ name, reference: find(0, name), current: find(1, name) }));
  const has_rest = before.count > 0 || after.count > 0;
  return has_rest ? [...segments, { name: unnamed, reference: before, current: after }] : segments;
}

/** What of the whole is in none of the parts; null where they hold more than the whole. */
function remainderOf(all: Sketch, parts: readonly SliceSketch[]): Sketch | null {
  // Counts that were weighed are not whole numbers, and add up only nearly.
  const rest = parts.reduce((left, { sketch }) => left - sketch.count, all.count);
  const count = Math.round(rest * 1e6) / 1e6;
  if (count < 0) return null;
  const sums = all.sums.slice();
  for (const { sketch } of parts) {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) - (sketch.sums[i] as number);
  }
  return { id: all.id, count, sums };
}

function emptyLike({ id, sums }: Sketch): Sketch {
  return { id, count: 0, sums: new Float64Array(sums.length) };
}
