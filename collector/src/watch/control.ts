import type { DatabaseSync } from 'node:sqlite';

/**
 * What the watch knows beyond the rows of the store, in the collector's control database. Counts and sums are
 * never added up here: they come from the stored sketches, so that repeating a step changes nothing.
 */
export function createTables(database: DatabaseSync): void {
  database.exec(tables);
}

const tables = `
  CREATE TABLE IF NOT EXISTS watch_streams (
    stream_id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    feature TEXT NOT NULL,
    encoder TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    fit TEXT,
    -- Start of the first minute that is in neither the reference nor a closed window.
    cursor_us INTEGER,
    has_reference INTEGER NOT NULL DEFAULT 0,
    last_verdict TEXT,
    UNIQUE (tenant, feature, encoder, dimension)
  ) STRICT;
  -- Rows a fit is made of. Vectors go when it is made; keys stay, because the same rows may be handed out again.
  CREATE TABLE IF NOT EXISTS watch_fit_rows (
    sequence INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    row_key TEXT NOT NULL,
    vector BLOB,
    UNIQUE (stream_id, row_key)
  ) STRICT;
  -- Values that have a slice of their own; the first of each key.
  CREATE TABLE IF NOT EXISTS watch_slice_values (
    stream_id INTEGER NOT NULL,
    slice_key TEXT NOT NULL,
    slice_value TEXT NOT NULL,
    PRIMARY KEY (stream_id, slice_key, slice_value)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS watch_references (
    stream_id INTEGER NOT NULL,
    slice_key TEXT NOT NULL,
    slice_value TEXT NOT NULL,
    count INTEGER NOT NULL,
    sums BLOB NOT NULL,
    PRIMARY KEY (stream_id, slice_key, slice_value)
  ) STRICT;
  -- Verdicts on closed windows on their way to the store and to the alerts.
  CREATE TABLE IF NOT EXISTS watch_verdicts (
    sequence INTEGER PRIMARY KEY,
    score_id TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    is_stored INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;

/** Numbers as bytes, little-endian on every machine Node runs on. */
export function toBytes(numbers: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

export function float32Of(bytes: unknown): Float32Array {
  return new Float32Array(copyOf(bytes));
}

export function float64Of(bytes: unknown): Float64Array {
  return new Float64Array(copyOf(bytes));
}

// A copy starts at 0, as typed arrays of wider numbers must.
function copyOf(bytes: unknown): ArrayBuffer {
  return Uint8Array.from(bytes as Uint8Array).buffer;
}
