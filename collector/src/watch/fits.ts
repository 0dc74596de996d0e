import type { DatabaseSync } from 'node:sqlite';
import { DetectorError } from '@sextant/detectors';
import { transaction } from '../sqlite-transaction.ts';
import { float32Of, toBytes } from './control.ts';
import { kindOf } from './kinds.ts';
import { type Observation, unitKey } from './observation.ts';
import type { Stream, Streams } from './streams.ts';

/**
 * Makes the fit of each stream from its first conversations. Those are in neither the reference nor a window, not
 * even with what is said in them later.
 */
export interface Fits {
  /**
   * Takes what the fit still needs from the values, and makes the fit when that is enough. Returns the values that
   * are free to be summed: none before there is a fit.
   */
  collect(stream: Stream, values: readonly Observation[]): Observation[];
  /** Conversations collected so far. */
  count(stream: Stream): number;
}

export interface FitsOptions {
  readonly database: DatabaseSync;
  readonly streams: Streams;
  /** Conversations a fit is made of. */
  readonly wanted: number;
  /** Told of values no fit can be made of. They are given up, and the next ones collected. */
  readonly onError: (error: unknown, message: string) => void;
}

export function createFits({ database, streams, wanted, onError }: FitsOptions): Fits {
  const statements = prepare(database);
  const unitsWanted = ({ feature }: Stream) => Math.max(wanted, kindOf(feature)?.fit_units_min ?? 0);
  const count = ({ stream_id }: Stream) => Number(statements.count.get({ stream_id })?.['n']);
  const has = (stream_id: number, unit_key: string) =>
    statements.has.get({ stream_id, unit_key }) !== undefined;

  function collect(stream: Stream, values: readonly Observation[]): Observation[] {
    if (stream.phase === 'fitting') {
      transaction(database, () => insertMissing(stream, values));
      if (count(stream) < unitsWanted(stream)) return [];
      if (!makeFit(stream)) return [];
    }
    return values.filter((value) => !has(stream.stream_id, unitKey(value)));
  }

  function insertMissing(stream: Stream, values: readonly Observation[]): void {
    const { stream_id } = stream;
    let missing = unitsWanted(stream) - count(stream);
    for (const observation of values) {
      if (missing <= 0) return;
      const { value_key, value } = observation;
      const unit_key = unitKey(observation);
      if (!has(stream_id, unit_key)) missing -= 1;
      statements.insert.run({ stream_id, unit_key, value_key, value: encode(value) });
    }
  }

  function makeFit(stream: Stream): boolean {
    const { stream_id, feature, encoder } = stream;
    const kind = kindOf(feature);
    if (kind === null) return false;
    const rows = statements.values.all({ stream_id });
    const units = [...Map.groupBy(rows, (row) => String(row['unit_key'])).values()];
    const values = units.map((unit) => unit.map((row) => decode(row['value'])));
    const fit = attempt(() => kind.createFit({ source: encoder, units: values }), feature);
    if (fit === null) {
      statements.give_up.run({ stream_id });
      return false;
    }
    transaction(database, () => {
      statements.save.run({ stream_id, fit: kind.serialiseFit(fit), sketch_id: fit.id });
      statements.forget_values.run({ stream_id });
    });
    return true;
  }

  /** A feature of which no fit can be made stops no other. */
  function attempt<Result>(work: () => Result, feature: string): Result | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof DetectorError)) throw error;
      onError(error, `Fitting ${feature} failed; it is tried again with the next values.`);
      return null;
    }
  }

  return { collect, count: (stream) => count(streams.get(stream.stream_id)) };
}

function encode(value: unknown): Uint8Array | string {
  return value instanceof Float32Array ? toBytes(value) : JSON.stringify(value);
}

function decode(stored: unknown): unknown {
  return typeof stored === 'string' ? JSON.parse(stored) : float32Of(stored);
}

function prepare(database: DatabaseSync) {
  return {
    count: database.prepare(`
      SELECT count(DISTINCT unit_key) AS n FROM watch_fit_values WHERE stream_id = $stream_id`),
    has: database.prepare(`
      SELECT 1 FROM watch_fit_values WHERE stream_id = $stream_id AND unit_key = $unit_key LIMIT 1`),
    insert: database.prepare(`
      INSERT OR IGNORE INTO watch_fit_values (stream_id, unit_key, value_key, value)
      VALUES ($stream_id, $unit_key, $value_key, $value)`),
    values: database.prepare(`
      SELECT unit_key, value FROM watch_fit_values WHERE stream_id = $stream_id ORDER BY sequence`),
    give_up: database.prepare('DELETE FROM watch_fit_values WHERE stream_id = $stream_id'),
    save: database.prepare(
      'UPDATE watch_streams SET fit = $fit, sketch_id = $sketch_id WHERE stream_id = $stream_id',
    ),
    forget_values: database.prepare('UPDATE watch_fit_values SET value = NULL WHERE stream_id = $stream_id'),
  };
}
