import type { DatabaseSync } from 'node:sqlite';

/**
 * What the watch knows beyond the rows of the store, in the collector's control database. Counts and sums are
 * never added up here: they come from the stored sketches, so that repeating a step changes nothing.
 */
export function createTables(database: DatabaseSync): void {
  database.exec(tables);
  // Earlier versions kept vectors of single messages for the fit: those streams begin anew, see `fits.ts`.
  database.exec('DROP TABLE IF EXISTS watch_fit_rows');
  keepEarlierShares(database);
  const columns = database.prepare("SELECT name FROM pragma_table_info('watch_streams')").all();
  const has = (column: string) => columns.some(({ name }) => name === column);
  if (!has('begun_us')) database.exec('ALTER TABLE watch_streams ADD COLUMN begun_us INTEGER');
  if (!has('sketch_id')) database.exec('ALTER TABLE watch_streams ADD COLUMN sketch_id TEXT');
}

/** Earlier versions decided once for a whole minute. */
function keepEarlierShares(database: DatabaseSync): void {
  const find = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'watch_sampling'";
  if (database.prepare(find).get() === undefined) return;
  database.exec(`
    BEGIN;
    INSERT OR IGNORE INTO watch_sampling_steps (tenant, queue, minute_us, ingest_us, rows, probability, rare_slices)
      SELECT tenant, queue, minute_us, 0, 0, probability, rare_slices FROM watch_sampling ORDER BY sequence;
    DROP TABLE watch_sampling;
    COMMIT`);
}

const tables = `
  CREATE TABLE IF NOT EXISTS watch_streams (
    stream_id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    feature TEXT NOT NULL,
    encoder TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    fit TEXT,
    -- Id of the fit.
    sketch_id TEXT,
    -- Start of the first minute that is in neither the reference nor a closed window.
    cursor_us INTEGER,
    has_reference INTEGER NOT NULL DEFAULT 0,
    last_verdict TEXT,
    -- Rows stored before this are not of the fit the stream has now; NULL where it never had another.
    begun_us INTEGER,
    UNIQUE (tenant, feature, encoder, dimension)
  ) STRICT;
  -- What a fit is made of. Values go when it is made; keys stay, because the same rows may be handed out again.
  CREATE TABLE IF NOT EXISTS watch_fit_values (
    sequence INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    unit_key TEXT NOT NULL,
    value_key TEXT NOT NULL,
    value ANY,
    UNIQUE (stream_id, value_key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS watch_fit_units ON watch_fit_values (stream_id, unit_key);
  -- Conversations that count anew, because the window they began in is closed or they have grown too long.
  CREATE TABLE IF NOT EXISTS watch_units (
    stream_id INTEGER NOT NULL,
    unit_key TEXT NOT NULL,
    -- The value it counts anew from.
    value_key TEXT NOT NULL,
    home_us INTEGER NOT NULL,
    PRIMARY KEY (stream_id, unit_key, value_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS watch_units_by_home ON watch_units (stream_id, home_us);
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
  -- Windows that were closed, the latest of each stream.
  CREATE TABLE IF NOT EXISTS watch_windows (
    stream_id INTEGER NOT NULL,
    from_us INTEGER NOT NULL,
    PRIMARY KEY (stream_id, from_us)
  ) STRICT, WITHOUT ROWID;
  -- What features are compared with, where it is not their first conversations; see reference-policy.ts.
  CREATE TABLE IF NOT EXISTS watch_reference_policies (
    tenant TEXT NOT NULL,
    feature TEXT NOT NULL,
    policy TEXT NOT NULL,
    PRIMARY KEY (tenant, feature)
  ) STRICT, WITHOUT ROWID;
  -- What detectors that go on from window to window carry along.
  CREATE TABLE IF NOT EXISTS watch_sequential (
    stream_id INTEGER NOT NULL,
    slice_key TEXT NOT NULL,
    slice_value TEXT NOT NULL,
    detector TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (stream_id, slice_key, slice_value, detector)
  ) STRICT, WITHOUT ROWID;
  -- How the latest window of each stream ended, for the decision about other streams of its tenant.
  CREATE TABLE IF NOT EXISTS watch_latest (
    stream_id INTEGER PRIMARY KEY,
    latest TEXT NOT NULL
  ) STRICT;
  -- Share of conversations taken of a minute, of what was stored at ingest_us or later, until the next step.
  CREATE TABLE IF NOT EXISTS watch_sampling_steps (
    sequence INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    queue TEXT NOT NULL,
    minute_us INTEGER NOT NULL,
    ingest_us INTEGER NOT NULL,
    -- Rows that were seen when it was decided.
    rows INTEGER NOT NULL,
    probability REAL NOT NULL,
    -- Slices of which so few come that all are taken, as key=value.
    rare_slices TEXT NOT NULL,
    UNIQUE (tenant, queue, minute_us, ingest_us)
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
