import type { DatabaseSync } from 'node:sqlite';
import type { AnyFit, Sketch } from '@sextant/detectors';
import { transaction } from '../sqlite-transaction.ts';
import { float64Of, toBytes } from './control.ts';
import { kindOf } from './kinds.ts';

/** A stream of vectors costs a fit and its references, from half a megabyte up; others a few kilobytes. */
const streams_max = 256;

/** Values that are comparable with each other: watched as one series. */
export interface StreamKey {
  readonly tenant: string;
  readonly feature: string;
  /** What made the vectors; of evaluations who judged; of other values the name of their kind. */
  readonly encoder: string;
  /** Length of the vectors, else 0. */
  readonly dimension: number;
}

/**
 * The life of a stream: without a fit it is `fitting`, then it gathers its `reference`, then it is `watching`.
 */
export interface Stream extends StreamKey {
  readonly stream_id: number;
  readonly phase: 'fitting' | 'reference' | 'watching';
  /** Id of the fit, and so of the stream's sketches. */
  readonly sketch_id: string | null;
  /** Start of the first minute that is in neither the reference nor a closed window. */
  readonly cursor_us: number | null;
  readonly last_verdict: string | null;
  /** Rows stored before this are not of the fit it has; null where it never had another. */
  readonly begun_us: number | null;
}

export interface Slice {
  readonly slice_key: string;
  readonly slice_value: string;
}

export interface SliceSketch extends Slice {
  readonly sketch: Sketch;
}

export interface Streams {
  list(): Stream[];
  get(stream_id: number): Stream;
  /** The stream of a key, new where it was not seen before; null when there are too many. */
  open(key: StreamKey): Stream | null;
  /** @throws DetectorError bad_fit when what is stored is damaged or of another version */
  fitOf(stream: Stream): AnyFit | null;
  /** Lets a stream begin anew, without fit, reference and all that followed from them. */
  reset(stream: Stream, now_us: number): void;
  reference(stream: Stream): SliceSketch[];
  referenceCounts(stream: Stream): (Slice & { count: number })[];
  /** Freezes the reference; windows begin at the cursor. */
  saveReference(stream: Stream, reference: readonly SliceSketch[], cursor_us: number): void;
  /** Freezes another reference, within a transaction of the caller; windows go on where they are, or begin there. */
  replaceReference(stream: Stream, reference: readonly SliceSketch[], begin_us: number): void;
}

export function createStreams(database: DatabaseSync): Streams {
  const statements = prepare(database);

  function open(key: StreamKey): Stream | null {
    const parameters = { ...keyOf(key) };
    const found = statements.find.get(parameters);
    if (found !== undefined) return streamOf(found);
    if (Number(statements.count.get()?.['n']) >= streams_max) return null;
    statements.insert.run(parameters);
    return streamOf(statements.find.get(parameters) ?? {});
  }

  function save({ stream_id }: Stream, reference: readonly SliceSketch[], cursor_us: number): void {
    for (const { slice_key, slice_value, sketch } of reference) {
      const { count, sums } = sketch;
      statements.save_reference.run({ stream_id, slice_key, slice_value, count, sums: toBytes(sums) });
    }
    statements.begin_windows.run({ stream_id, cursor_us });
  }

  return {
    list: () => statements.list.all().map(streamOf),
    get: (stream_id) => streamOf(statements.get.get({ stream_id }) ?? {}),
    open,
    fitOf({ stream_id, feature }) {
      const text = statements.fit.get({ stream_id })?.['fit'];
      return typeof text === 'string' ? (kindOf(feature)?.parseFit(text) ?? null) : null;
    },
    reset({ stream_id }, now_us) {
      transaction(database, () => {
        for (const forget of statements.forget) forget.run({ stream_id });
        statements.begin_anew.run({ stream_id, now_us });
      });
    },
    reference: ({ stream_id, sketch_id }) =>
      statements.references.all({ stream_id }).map((row) => ({
        ...sliceOf(row),
        sketch: { id: String(sketch_id), count: Number(row['count']), sums: float64Of(row['sums']) },
      })),
    referenceCounts: ({ stream_id }) =>
      statements.reference_counts
        .all({ stream_id })
        .map((row) => ({ ...sliceOf(row), count: Number(row['count']) })),
    saveReference(stream, reference, cursor_us) {
      transaction(database, () => save(stream, reference, cursor_us));
    },
    replaceReference(stream, reference, begin_us) {
      const { stream_id, phase, cursor_us } = stream;
      statements.forget_reference.run({ stream_id });
      for (const forget of statements.forget_judged) forget.run({ stream_id });
      save(stream, reference, phase === 'watching' && cursor_us !== null ? cursor_us : begin_us);
    },
  };
}

function keyOf({ tenant, feature, encoder, dimension }: StreamKey) {
  return { tenant, feature, encoder, dimension };
}

type Fields = Readonly<Record<string, unknown>>;

function sliceOf(row: Fields): Slice {
  return { slice_key: String(row['slice_key']), slice_value: String(row['slice_value']) };
}

function streamOf(row: Fields): Stream {
  const { sketch_id, has_reference, ...stream } = row as unknown as Stream & { has_reference: number };
  const phase = sketch_id === null ? 'fitting' : has_reference ? 'watching' : 'reference';
  return { ...stream, sketch_id, phase };
}

/** What was found beside a reference. */
const judged_tables = ['watch_sequential', 'watch_latest'] as const;

const forgotten_tables = [
  'watch_fit_values',
  'watch_units',
  'watch_references',
  'watch_windows',
  ...judged_tables,
] as const;

const columns = `
  stream_id, tenant, feature, encoder, dimension, sketch_id, cursor_us, has_reference, last_verdict, begun_us`;

function prepare(database: DatabaseSync) {
  return {
    list: database.prepare(`SELECT ${columns} FROM watch_streams ORDER BY stream_id`),
    get: database.prepare(`SELECT ${columns} FROM watch_streams WHERE stream_id = $stream_id`),
    find: database.prepare(`
      SELECT ${columns} FROM watch_streams
      WHERE tenant = $tenant AND feature = $feature AND encoder = $encoder AND dimension = $dimension`),
    count: database.prepare('SELECT count(*) AS n FROM watch_streams'),
    insert: database.prepare(`
      INSERT INTO watch_streams (tenant, feature, encoder, dimension)
      VALUES ($tenant, $feature, $encoder, $dimension)`),
    fit: database.prepare('SELECT fit FROM watch_streams WHERE stream_id = $stream_id'),
    references: database.prepare(`
      SELECT slice_key, slice_value, count, sums FROM watch_references WHERE stream_id = $stream_id`),
    reference_counts: database.prepare(`
      SELECT slice_key, slice_value, count FROM watch_references WHERE stream_id = $stream_id
      ORDER BY slice_key, count DESC, slice_value`),
    save_reference: database.prepare(`
      INSERT OR REPLACE INTO watch_references VALUES ($stream_id, $slice_key, $slice_value, $count, $sums)`),
    forget: forgotten_tables.map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE stream_id = $stream_id`),
    ),
    forget_reference: database.prepare('DELETE FROM watch_references WHERE stream_id = $stream_id'),
    forget_judged: judged_tables.map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE stream_id = $stream_id`),
    ),
    begin_anew: database.prepare(`
      UPDATE watch_streams SET fit = NULL, sketch_id = NULL, cursor_us = NULL, has_reference = 0, last_verdict = NULL,
        begun_us = $now_us
      WHERE stream_id = $stream_id`),
    begin_windows: database.prepare(`
      UPDATE watch_streams SET has_reference = 1, cursor_us = $cursor_us WHERE stream_id = $stream_id`),
  };
}
