import { type AnyFit, DetectorError, type Measure } from '@sextant/detectors';
import type { NewRow } from '../stores/schema.ts';
import type { AnyKind } from './kinds.ts';
import type { MeasuredUnits } from './measured-units.ts';
import type { Observation } from './observation.ts';
import { type SlicesOf, whole } from './slices.ts';
import type { Slice, Stream } from './streams.ts';
import type { Unit } from './units.ts';

export interface Fault {
  readonly reason: string;
  readonly count: number;
}

export interface SumOptions {
  readonly kind: AnyKind;
  readonly fit: AnyFit;
  readonly stream: Stream;
  readonly slicesOf: SlicesOf;
  readonly measured: MeasuredUnits;
  /** Numbers that sketches may still take. */
  readonly room: { numbers: number };
  readonly faults: Fault[];
}

interface Group extends Slice {
  readonly minute: number;
  readonly sampling_probability: number | null;
  count: number;
  readonly sums: Float64Array;
}

/**
 * What the units add to the sketches of their home minutes: of a unit that begins, what it measures; of one that
 * grows, the difference to what it measured before, and no count. Summed over all rows, a sketch holds what each
 * unit measures in the end, in however many portions it came.
 */
export function sumUnits(units: readonly Unit[], options: SumOptions): NewRow<'sketches'>[] {
  const measure = options.kind.createMeasure(options.fit);
  const groups = createGroups(options);
  for (const unit of units) addUnit(unit, { ...options, measure, groups });
  const { tenant, feature } = options.stream;
  return Array.from(groups.all(), (group) => ({
    tenant,
    feature,
    sketch_id: options.fit.id,
    ...group,
  }));
}

interface Adding extends SumOptions {
  readonly measure: Measure<unknown>;
  readonly groups: Groups;
}

function addUnit(unit: Unit, adding: Adding): void {
  const { groups, faults, stream, slicesOf } = adding;
  const [first] = [...unit.before, ...unit.added] as [Observation];
  // Slices that hold the same part of a unit get the same numbers, which are measured once.
  const parts = Map.groupBy(
    slicesOfUnit(unit, (value) => slicesOf(stream, value.slices)),
    ({ places }) => places.join(' '),
  );
  for (const slices of parts.values()) {
    const [{ before, added }] = slices as [SliceOfUnit];
    try {
      const change = measureUnit([...before, ...added], adding).slice();
      if (before.length > 0) subtract(change, measureUnit(before, adding));
      for (const { slice } of slices) {
        const place = { minute: unit.home_us, sampling_probability: first.sampling_probability, ...slice };
        const group = groups.find(place);
        if (group === null) faults.push({ reason: 'too_many_sketches', count: 1 });
        else addTo(group, change, before.length === 0 ? 1 : 0);
      }
    } catch (error) {
      if (!(error instanceof DetectorError && error.code === 'bad_vector')) throw error;
      faults.push({ reason: 'not_measurable', count: added.length });
    }
  }
}

interface SliceOfUnit {
  readonly slice: Slice;
  /** Which values of the unit it holds. */
  readonly places: number[];
  readonly before: Observation[];
  readonly added: Observation[];
}

/** The slices to which values were added, each with its part of the unit. */
function slicesOfUnit(unit: Unit, slicesOf: (value: Observation) => Slice[]): SliceOfUnit[] {
  const slices = new Map<string, SliceOfUnit>();
  for (const [place, value] of [...unit.before, ...unit.added].entries()) {
    for (const slice of slicesOf(value)) {
      const name = JSON.stringify([slice.slice_key, slice.slice_value]);
      const found = slices.get(name) ?? { slice, places: [], before: [], added: [] };
      found.places.push(place);
      found[place < unit.before.length ? 'before' : 'added'].push(value);
      slices.set(name, found);
    }
  }
  return [...slices.values()].filter(({ added }) => added.length > 0);
}

/** Not to be changed: it may be remembered, or used again by the next call. */
function measureUnit(values: readonly Observation[], { measure, measured, fit }: Adding): Float64Array {
  const known = measured.find(fit.id, values);
  if (known !== undefined) return known;
  const sums = measure(values.map(({ value }) => value));
  if (values[0]?.conversation_id !== null) measured.keep(fit.id, values, sums.slice());
  return sums;
}

function subtract(sums: Float64Array, less: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) - (less[i] as number);
}

function addTo(group: Group, change: Float64Array, count: number): void {
  group.count += count;
  const { sums } = group;
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (change[i] as number);
}

interface Groups {
  /** Null where there is no more room: the whole is always summed, slices give way. */
  find(place: Omit<Group, 'count' | 'sums'>): Group | null;
  all(): Iterable<Group>;
}

function createGroups({ kind, fit, room }: SumOptions): Groups {
  const length = kind.sumsLength(fit);
  const groups = new Map<string, Group>();
  return {
    find(place) {
      const { minute, slice_key, slice_value, sampling_probability } = place;
      const name = JSON.stringify([minute, slice_key, slice_value, sampling_probability]);
      const found = groups.get(name);
      if (found !== undefined) return found;
      if (room.numbers < length && slice_key !== whole.slice_key) return null;
      room.numbers -= length;
      const group = { ...place, count: 0, sums: new Float64Array(length) };
      groups.set(name, group);
      return group;
    },
    all: () => groups.values(),
  };
}
