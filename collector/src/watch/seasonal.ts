import { mergeSketches, type Sketch, seasonalReference } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import type { Compared } from './compared.ts';
import { minute_us } from './observation.ts';
import { readSketches, type TimeRange } from './read-sketches.ts';
import { whole } from './slices.ts';
import type { Slice, SliceSketch, Stream } from './streams.ts';

const hour_us = 60 * minute_us;
const week_us = 7 * 24 * hour_us;
const weeks_back = 4;

/** One hour of the week: what the window holds of it, and the whole hour of the weeks before. */
interface SeasonRanges {
  readonly current: readonly TimeRange[];
  readonly reference: readonly TimeRange[];
}

/** The sketches of all slices in one hour of the week. */
export interface SeasonSketches {
  readonly current: readonly SliceSketch[];
  readonly reference: readonly SliceSketch[];
}

/**
 * A window with the same hours of four weeks before, each hour in the weight it has in the window: a rhythm of the
 * day or the week is no drift, nor is it that more comes at one of its hours than did before. Hours are those of UTC.
 */
export async function compareWithSameHours(
  store: Pick<Store, 'query'>,
  stream: Stream,
  window: TimeRange,
): Promise<Compared> {
  const seasons: SeasonSketches[] = [];
  for (const { current, reference } of seasonsOf(window)) {
    const now = await readSketches(store, stream, current);
    // Hours in which nothing came have no weight.
    if (now.length > 0) {
      seasons.push({ current: now, reference: await readSketches(store, stream, reference) });
    }
  }
  return compareSeasons(seasons);
}

export function seasonsOf({ from_us, to_us }: TimeRange): SeasonRanges[] {
  const seasons = new Map<number, TimeRange[]>();
  for (let hour = from_us - (from_us % hour_us); hour < to_us; hour += hour_us) {
    const part = { from_us: Math.max(hour, from_us), to_us: Math.min(hour + hour_us, to_us) };
    const known = seasons.get(hour % week_us);
    if (known === undefined) seasons.set(hour % week_us, [part]);
    else known.push(part);
  }
  return Array.from(seasons.values(), (current) => {
    const [first] = current as [TimeRange];
    const hour = first.from_us - (first.from_us % hour_us);
    const reference = Array.from({ length: weeks_back }, (_, index) => {
      const start_us = hour - (index + 1) * week_us;
      return { from_us: start_us, to_us: Math.min(start_us + hour_us, from_us) };
    });
    return { current, reference };
  });
}

/**
 * Each slice is compared over the hours of which the reference holds anything of it, in its own weights. For the split
 * of a shift all slices are in the weights of the whole, so that they add up to it.
 */
export function compareSeasons(seasons: readonly SeasonSketches[]): Compared {
  const slices = uniqueSlices(seasons.flatMap(({ current }) => current));
  const compared = slices.flatMap((slice) => compareSlice(slice, seasons) ?? []);
  const all = compared.find(({ slice_key }) => slice_key === whole.slice_key);
  return {
    reference: compared.map(({ reference, current: _, ...slice }) => ({ ...slice, sketch: reference })),
    current: compared.map(({ current, reference: _, ...slice }) => ({ ...slice, sketch: current })),
    parts: partsOf(seasons),
    n_uncovered: countOf(seasons.flatMap(({ current }) => current)) - (all?.current.count ?? 0),
  };
}

interface ComparedSlice extends Slice {
  readonly reference: Sketch;
  readonly current: Sketch;
}

function compareSlice(slice: Slice, seasons: readonly SeasonSketches[]): ComparedSlice | null {
  const covered = seasons.flatMap(({ current, reference }) => {
    const [now, before] = [find(current, slice), find(reference, slice)];
    return now !== undefined && before !== undefined && before.count > 0 ? [{ now, before }] : [];
  });
  const mixed = seasonalReference(
    covered.map(({ now, before }) => ({ reference: before, current_units: now.count })),
  );
  if (mixed === null) return null;
  const { slice_key, slice_value } = slice;
  return {
    ...{ slice_key, slice_value, reference: mixed.sketch },
    current: covered.map(({ now }) => now).reduce(mergeSketches),
  };
}

/** The hours of which the reference holds anything, each reference by the factor that gives it the window's weight. */
function partsOf(seasons: readonly SeasonSketches[]): Compared['parts'] {
  const covered = seasons.filter(({ reference }) => countOf(reference) > 0);
  return {
    reference: sumSlices(
      covered.flatMap(({ current, reference }) => {
        const factor = countOf(current) / countOf(reference);
        return reference.map(({ sketch, ...slice }) => ({ ...slice, sketch: times(sketch, factor) }));
      }),
    ),
    current: sumSlices(covered.flatMap(({ current }) => current)),
  };
}

function sumSlices(slices: readonly SliceSketch[]): SliceSketch[] {
  return uniqueSlices(slices).map(({ slice_key, slice_value }) => {
    const same = slices.filter((one) => one.slice_key === slice_key && one.slice_value === slice_value);
    return { slice_key, slice_value, sketch: same.map(({ sketch }) => sketch).reduce(mergeSketches) };
  });
}

function times({ id, count, sums }: Sketch, factor: number): Sketch {
  return { id, count: count * factor, sums: sums.map((sum) => sum * factor) };
}

function uniqueSlices(slices: readonly Slice[]): Slice[] {
  const named = slices.map((slice) => [JSON.stringify([slice.slice_key, slice.slice_value]), slice] as const);
  return [...new Map(named).values()];
}

function find(slices: readonly SliceSketch[], { slice_key, slice_value }: Slice): Sketch | undefined {
  return slices.find((slice) => slice.slice_key === slice_key && slice.slice_value === slice_value)?.sketch;
}

function countOf(slices: readonly SliceSketch[]): number {
  return slices
    .filter(({ slice_key }) => slice_key === whole.slice_key)
    .reduce((sum, { sketch }) => sum + sketch.count, 0);
}
