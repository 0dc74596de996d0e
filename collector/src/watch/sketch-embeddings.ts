import { createSketcher, emptySketch, type Fit, type GrowingSketch, vectorFault } from '@sextant/detectors';
import type { NewRow } from '../stores/schema.ts';
import type { Store } from '../stores/store.ts';
import type { Counter } from './counter.ts';
import type { EmbeddingRow, Fits } from './fits.ts';
import { type SlicesOf, whole } from './slices.ts';
import type { Slice, Stream, StreamKey, Streams } from './streams.ts';

export const minute_us = 60_000_000;
/** A sketch takes 13 kB: these take 100 MB while the work is done. */
const sketches_max = 8_192;

export interface SketchRequest {
  readonly store: Pick<Store, 'take' | 'finish'>;
  readonly streams: Streams;
  readonly fits: Fits;
  readonly slicesOf: SlicesOf;
  readonly rows_max: number;
  readonly skipped: Counter;
}

/**
 * Sums one portion of the vectors that are not summed yet, for each stream, slice and minute; returns how many
 * rows it took, 0 when none wait. Everything it writes before finishing the work may be written again.
 */
export async function sketchEmbeddings(request: SketchRequest): Promise<number> {
  const work = await request.store.take('sketch', request.rows_max);
  if (work === null) return 0;
  // Counted when the work is done: the same work may be taken again.
  const faults: Fault[] = [];
  const rows_by_stream = Map.groupBy(sound(work.rows, faults), streamName);
  const sketches = [...rows_by_stream.values()].flatMap((rows) => sketchStream(rows, request, faults));
  await request.store.finish(work, sketches);
  for (const { reason, count } of faults) request.skipped.add(reason, count);
  return work.rows.length;
}

interface Fault {
  readonly reason: string;
  readonly count: number;
}

/** Rows whose vector is what they say it is. */
function sound(rows: readonly NewRow<'embeddings'>[], faults: Fault[]): EmbeddingRow[] {
  return rows.flatMap((row) => {
    const vector = Float32Array.from(row.vector);
    const fault = vector.length === 0 ? 'wrong_dimension' : vectorFault(vector, row.dimension);
    if (fault === null) return [{ ...row, vector }];
    faults.push({ reason: fault, count: 1 });
    return [];
  });
}

function streamName({ tenant, feature, encoder, dimension }: StreamKey): string {
  return JSON.stringify([tenant, feature, encoder, dimension]);
}

function sketchStream(
  rows: readonly EmbeddingRow[],
  { streams, fits, slicesOf }: SketchRequest,
  faults: Fault[],
): NewRow<'sketches'>[] {
  const stream = streams.open(rows[0] as EmbeddingRow);
  if (stream === null) {
    faults.push({ reason: 'too_many_streams', count: rows.length });
    return [];
  }
  const free = fits.collect(stream, rows);
  const fit = free.length > 0 ? streams.fitOf(stream) : null;
  if (fit === null) return [];
  const { cursor_us } = stream;
  const late = free.filter((row) => cursor_us !== null && row.time < cursor_us).length;
  if (late > 0) faults.push({ reason: 'late', count: late });
  return sumRows(free, { stream, fit, slicesOf }, faults);
}

interface SumOptions {
  readonly stream: Stream;
  readonly fit: Fit;
  readonly slicesOf: SlicesOf;
}

interface Group extends Slice {
  readonly minute: number;
  readonly sketch: GrowingSketch;
}

function sumRows(rows: readonly EmbeddingRow[], options: SumOptions, faults: Fault[]): NewRow<'sketches'>[] {
  const { stream, fit, slicesOf } = options;
  const sketcher = createSketcher(fit);
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const minute = Math.floor(row.time / minute_us) * minute_us;
    const wanted = slicesOf(stream, row.slices).map((slice) => ({ ...slice, minute }));
    const found = wanted.flatMap((slice) => findGroup(groups, slice, fit) ?? []);
    sketcher.add(
      row.vector,
      found.map(({ sketch }) => sketch),
    );
    faults.push({ reason: 'too_many_sketches', count: wanted.length - found.length });
  }
  const { tenant, feature } = stream;
  return Array.from(groups.values(), ({ sketch: { id, count, sums }, ...group }) => {
    return { tenant, feature, ...group, sketch_id: id, count, sums };
  });
}

/** The whole is always summed; slices give way when rows are spread over very many minutes. */
function findGroup(groups: Map<string, Group>, slice: Omit<Group, 'sketch'>, fit: Fit): Group | null {
  const name = JSON.stringify([slice.minute, slice.slice_key, slice.slice_value]);
  const found = groups.get(name);
  if (found !== undefined) return found;
  if (groups.size >= sketches_max && slice.slice_key !== whole.slice_key) return null;
  const group = { ...slice, sketch: emptySketch(fit) };
  groups.set(name, group);
  return group;
}
