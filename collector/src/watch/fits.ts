import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { createFit, fit_rows_min, serialiseFit } from '@sextant/detectors';
import { transaction } from '../sqlite-transaction.ts';
import type { NewRow } from '../stores/schema.ts';
import { float32Of, toBytes } from './control.ts';
import type { Stream, Streams } from './streams.ts';

export type EmbeddingRow = NewRow<'embeddings'> & { readonly vector: Float32Array };

/**
 * Makes the fit of each stream from its first vectors. Those are in neither the reference nor a window.
 *
 * A row is known by what it is, not by where it came: when the same work is handed out again after a crash, rows
 * that are part of the fit are recognised and not sketched.
 */
export interface Fits {
  /**
   * Takes what the fit still needs from the rows, and makes the fit when that is enough. Returns the rows that
   * are free to be sketched: none before there is a fit.
   */
  collect(stream: Stream, rows: readonly EmbeddingRow[]): EmbeddingRow[];
  /** Vectors collected so far. */
  count(stream: Stream): number;
}

export interface FitsOptions {
  readonly database: DatabaseSync;
  readonly streams: Streams;
  /** Vectors a fit is made of. */
  readonly wanted: number;
}

export function createFits({ database, streams, wanted }: FitsOptions): Fits {
  const statements = prepare(database);
  const rows_wanted = Math.max(wanted, fit_rows_min);
  const count = ({ stream_id }: Stream) => Number(statements.count.get({ stream_id })?.['n']);

  function collect(stream: Stream, rows: readonly EmbeddingRow[]): EmbeddingRow[] {
    if (stream.phase === 'fitting') {
      transaction(database, () => insertMissing(stream, rows));
      if (count(stream) < rows_wanted) return [];
      makeFit(stream);
    }
    const { stream_id } = stream;
    return rows.filter((row) => statements.has.get({ stream_id, row_key: rowKey(row) }) === undefined);
  }

  function insertMissing(stream: Stream, rows: readonly EmbeddingRow[]): void {
    const { stream_id } = stream;
    let missing = rows_wanted - count(stream);
    for (const row of rows) {
      if (missing <= 0) return;
      const { changes } = statements.insert.run({
        stream_id,
        row_key: rowKey(row),
        vector: toBytes(row.vector),
      });
      missing -= Number(changes);
    }
  }

  function makeFit(stream: Stream): void {
    const { stream_id, encoder, dimension } = stream;
    const vectors = statements.vectors.all({ stream_id }).map((row) => float32Of(row['vector']));
    const fit = serialiseFit(createFit({ encoder, dimension, vectors }));
    transaction(database, () => {
      statements.save.run({ stream_id, fit });
      statements.forget_vectors.run({ stream_id });
    });
  }

  return { collect, count: (stream) => count(streams.get(stream.stream_id)) };
}

function rowKey({ trace_id, span_id, text_hash, vector }: EmbeddingRow): string {
  const digest = createHash('sha256').update(toBytes(vector)).digest('hex').slice(0, 16);
  return `${trace_id}:${span_id}:${text_hash ?? ''}:${digest}`;
}

function prepare(database: DatabaseSync) {
  return {
    count: database.prepare('SELECT count(*) AS n FROM watch_fit_rows WHERE stream_id = $stream_id'),
    has: database.prepare('SELECT 1 FROM watch_fit_rows WHERE stream_id = $stream_id AND row_key = $row_key'),
    insert: database.prepare(`
      INSERT OR IGNORE INTO watch_fit_rows (stream_id, row_key, vector) VALUES ($stream_id, $row_key, $vector)`),
    vectors: database.prepare(`
      SELECT vector FROM watch_fit_rows WHERE stream_id = $stream_id ORDER BY sequence`),
    save: database.prepare('UPDATE watch_streams SET fit = $fit WHERE stream_id = $stream_id'),
    forget_vectors: database.prepare('UPDATE watch_fit_rows SET vector = NULL WHERE stream_id = $stream_id'),
  };
}
