import type { Readable } from 'node:stream';
import type { NewRow, TableName } from './schema.ts';

/**
 * Where rows live. DuckDB and BigQuery are the two that come with Sextant.
 *
 * Contract (every store runs `test/contracts/store.ts`):
 * - A promise that resolves means durable: after a crash the rows are there.
 * - `append` is idempotent by position: records at or before the position already applied are ignored, so a
 *   batch may be repeated, alone or as part of another, after any failure. It applies records in their order.
 *   Calls do not overlap.
 * - A span already stored with the same tenant, trace id and span id is a duplicate: neither it nor anything
 *   that came with it is stored again. Log records and data points have no identity and are stored as they come.
 * - A rejected promise means that the call may be repeated unchanged.
 * - Strings are data: no value ever becomes part of a statement, a path or an object key.
 * - Unknown values are null, and come back as null.
 * - `query` and `sql` end when their signal fires, and `sql` when its time is over, even before it began: they
 *   reject with SextantError `timed_out`. A statement that cannot run rejects with `bad_sql`.
 * - After `close` every call rejects with SextantError `store_unavailable`.
 */
export interface Store {
  readonly name: string;

  /** Stores the rows of journal records. */
  append(batch: Batch): Promise<Appended>;

  /** The position up to which everything is stored, or null for an empty store. */
  position(): Promise<Position | null>;

  /** Stores rows that do not come from the journal. Repeating a call may store them twice. */
  insert<Name extends InsertableTable>(table: Name, rows: readonly NewRow<Name>[]): Promise<void>;

  /**
   * The oldest rows of a queue that are not finished yet, at most `rows_max` of one day and at least one whole
   * ingest batch; null when there are none. The same work is returned until it is finished.
   */
  take<Name extends QueueName>(
    queue: Name,
    rows_max: number,
    options?: TakeOptions,
  ): Promise<Work<Name> | null>;

  /**
   * Stores what was made of the work and marks it done, both or neither. Finishing the same work again has no
   * effect.
   */
  finish<Name extends QueueName>(work: Work<Name>, results: readonly QueueResult<Name>[]): Promise<void>;

  /**
   * Runs a named query of `dashboards/queries/<dialect>/<name>.sql`. Times go in and come out as microseconds
   * since 1970, 64-bit integers come out as numbers, JSON as text.
   */
  query(
    name: string,
    parameters: Readonly<Record<string, QueryValue>>,
    options?: QueryOptions,
  ): Promise<Row[]>;

  /** Runs one read-only statement that sees the tables of the schema and nothing else. */
  sql(statement: string, options: SqlOptions): Promise<SqlResult>;

  /** Removes every row of days before the day of `before_time_us`; returns the days removed. */
  expire(before_time_us: number): Promise<readonly string[]>;

  /**
   * Removes spans and all that belongs to them, so that no file holds it any more; returns how many rows went, by
   * table. A dry run removes nothing. What broke off is finished by repeating the call.
   */
  erase(selector: EraseSelector, options?: EraseOptions): Promise<Erased>;

  /** What a store can do that keeps its rows in files of the data folder; others leave it out. */
  readonly files?: StoreFiles;

  close(): Promise<void>;
}

/** A place in the journal: just after a record. Compared by segment, then by offset. */
export interface Position {
  /** Number of the segment; grows over time, never used twice. */
  readonly segment: number;
  /** Bytes from the start of the segment. */
  readonly offset: number;
}

export interface Batch {
  /** In their order. They may be made while they are read, and are made again where an append is repeated. */
  readonly records: Iterable<RecordRows> | AsyncIterable<RecordRows>;
}

/**
 * What one journal record became, or a part of it: the parts of a record follow one another. A record may hold nothing.
 * After a crash a record is there with all its parts or with none.
 */
export interface RecordRows {
  /** The position just after the record, the same for all its parts. */
  readonly position: Position;
  /** The next rows are of the same record, too. */
  readonly has_more?: boolean;
  readonly spans: readonly SpanRows[];
  readonly logs: readonly NewRow<'logs'>[];
  readonly metrics: readonly NewRow<'metrics'>[];
  readonly scores: readonly NewRow<'scores'>[];
  readonly amendments: readonly Amendment[];
}

/**
 * What a log record knows about the span it names. It fills columns the span has left null, whether the span was
 * stored before, comes with the same batch or comes later; what the span says itself stays.
 */
export interface Amendment {
  readonly tenant: string;
  readonly trace_id: string;
  readonly span_id: string;
  /** Time of the record, microseconds: the span is looked for on this day and the day before. */
  readonly time: number;
  readonly columns: Partial<Pick<NewRow<'spans'>, AmendableColumn>>;
  /** Contents the columns and rows of `logs` point to: stored with the record, whether the span ever comes or not. */
  readonly messages: readonly NewRow<'messages'>[];
}

export type AmendableColumn =
  | 'input_messages'
  | 'output_messages'
  | 'finish_reasons'
  | 'response_id'
  | 'response_model'
  | 'conversation_id';

/** A span with everything that is stored only if the span is. */
export interface SpanRows {
  readonly span: NewRow<'spans'>;
  /** Contents the span points to; a store keeps each hash once a day. */
  readonly messages: readonly NewRow<'messages'>[];
  readonly embeddings: readonly NewRow<'embeddings'>[];
  readonly cost_lines: readonly NewRow<'cost_lines'>[];
  /** Versions the span names; a store keeps each (kind, name, version) once a day. */
  readonly versions: readonly NewRow<'versions'>[];
}

export interface Appended {
  /** Spans, log records and data points stored. */
  readonly stored: number;
  /** Spans that were stored before. */
  readonly duplicated: number;
}

export type InsertableTable = Extract<TableName, 'serving' | 'scores' | 'alerts' | 'audit'>;

/**
 * Four queues of stored rows wait for work:
 * - `embed`: messages that have no vector yet, answered with embeddings;
 * - `sketch`: embeddings that are not summed yet, answered with sketches;
 * - `measure`: spans whose columns, texts and traces are not summed yet, answered with sketches;
 * - `score`: evaluations that are not summed yet, each once however often it was sent, answered with sketches.
 */
export type QueueName = 'embed' | 'sketch' | 'measure' | 'score';

export interface Work<Name extends QueueName> {
  readonly queue: Name;
  /** Opaque to the caller: which rows these are. */
  readonly mark: string;
  /** Those that are wanted, in the order of their ingest time, trace and span. */
  readonly rows: readonly QueueRow<Name>[];
  /** How many there are that nobody wants; they are done with the others. */
  readonly left_out: number;
  /**
   * What was worked off before of the conversations in the rows, by this collector and on the same day: of each
   * conversation (and feature, encoder and dimension) the last `earlier_max`, in the same order. Of evaluations a span
   * that belongs to no conversation counts as one: it may be judged again and again. None for `embed`.
   */
  readonly earlier: readonly QueueRow<Name>[];
}

export interface TakeOptions {
  /** Rows stored later are left for another time: an amendment may still come and stamp a span anew. */
  readonly before_us?: number;
  /** Which rows are wanted; all where it is left out. */
  readonly selection?: Selection;
}

export interface Taking<Name extends QueueName> extends TakeOptions {
  readonly queue: Name;
  readonly rows_max: number;
}

/** Decides which rows are wanted, before a store reads what costs most: texts, traces and vectors. */
export interface Selection {
  /** Told of all rows of a work before it is asked about any, by the mark of that work. */
  see(mark: string, rows: readonly Candidate[]): void;
  takes(row: Candidate): boolean;
}

/** What a selection decides by. */
export interface Candidate {
  readonly tenant: string;
  /** Of an evaluation that names no span its own id. */
  readonly trace_id: string;
  readonly conversation_id: string | null;
  readonly time: number;
  readonly ingest_time: number;
  readonly slices: Readonly<Record<string, string>>;
}

/** Rows of one conversation that come again with later ones. */
export const earlier_max = 64;

interface QueueRows {
  readonly embed: EmbedRow;
  readonly sketch: SketchRow;
  readonly measure: MeasureRow;
  readonly score: EvaluationRow;
}

export type QueueRow<Name extends QueueName> = QueueRows[Name];
export type QueueResult<Name extends QueueName> = Name extends 'embed'
  ? NewRow<'embeddings'>
  : NewRow<'sketches'>;

/** An embedding as it was stored, with the time of that in microseconds. */
export type SketchRow = NewRow<'embeddings'> & { readonly ingest_time: number };

/** A leaf model span whose last input message is a user's. */
export interface EmbedRow {
  readonly tenant: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly conversation_id: string | null;
  readonly time: number;
  readonly ingest_time: number;
  readonly text_hash: string;
  readonly text: string;
  /** The last output message, where it has a text. */
  readonly output_hash: string | null;
  readonly output_text: string | null;
  /** Values of the slice columns, see `slices.ts`. */
  readonly slices: Readonly<Record<string, string>>;
}

/** A span as far as features are made of it. */
export interface MeasureRow {
  readonly tenant: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly conversation_id: string | null;
  readonly time: number;
  readonly ingest_time: number;
  readonly slices: Readonly<Record<string, string>>;
  /** Values of the measured columns, see `measured.ts`. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Beginnings of the last input message where that is a user's, and of the last output message. */
  readonly input_text: string | null;
  readonly output_text: string | null;
  /** What its trace did until it was stored, from a minute before it began on, where it is the root. */
  readonly trace: TraceSummary | null;
}

export interface TraceSummary {
  /** Calls of models and tools. */
  readonly steps: number;
  readonly tool_calls: number;
  /** Tool calls whose tool and arguments were called before. */
  readonly repeated_tool_calls: number;
}

/** A score that a judge, a person or a check gave, with what is known of the span it is about. */
export interface EvaluationRow {
  readonly tenant: string;
  readonly score_id: string;
  readonly name: string;
  /** judge, human or code. */
  readonly source: string;
  /** Null where it names no span. */
  readonly trace_id: string | null;
  readonly span_id: string | null;
  /** Those of the span, where it was stored by then, on the same day or the one before. */
  readonly conversation_id: string | null;
  readonly slices: Readonly<Record<string, string>>;
  readonly time: number;
  readonly ingest_time: number;
  readonly value: number | null;
  readonly label: string | null;
}

export type QueryValue = string | number | boolean | null | readonly string[];
export type Row = Record<string, unknown>;

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

export interface SqlOptions {
  /** Whose rows the statement sees. */
  readonly tenant: string;
  readonly rows_max: number;
  readonly timeout_ms: number;
  readonly signal?: AbortSignal;
}

export interface SqlResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** JSON values: times as ISO text, integers beyond 2^53 as text. */
  readonly rows: readonly Row[];
  /** True when there were more rows than `rows_max`. */
  readonly truncated: boolean;
}

export type EraseSelector =
  | { readonly tenant: string; readonly trace_id: string }
  | { readonly tenant: string; readonly conversation_id: string }
  | { readonly tenant: string; readonly user_id: string };

export interface EraseOptions {
  readonly dry_run?: boolean;
}

/** Rows by table; tables without any are left out. */
export type Erased = Readonly<Record<string, number>>;

export interface StoreFiles {
  /** Copies everything into a folder that does not exist yet, where a store that is opened on it finds it. */
  backUp(folder: string): Promise<void>;
  /** UTC days on which a table has rows of the tenant, oldest first. */
  daysOf(range: ExportRange): Promise<readonly string[]>;
  /** Rows of a table as a Parquet file; whoever takes the stream ends or destroys it. */
  readParquet(range: ExportRange, signal: AbortSignal): Promise<Readable>;
  /** Days whose rows were lost, newest first. */
  lostDays(): readonly LostDay[];
}

export interface ExportRange {
  readonly tenant: string;
  readonly table: TableName;
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}

/** A day of which rows were lost; the store has taken back what the journal still held. */
export interface LostDay {
  readonly day: string;
  readonly why: 'damaged' | 'missing';
  /** Milliseconds since 1970. */
  readonly found_ms: number;
}

export function comparePositions(a: Position, b: Position): number {
  return a.segment - b.segment || a.offset - b.offset;
}
