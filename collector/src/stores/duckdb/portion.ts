import { selectRows } from '../selection.ts';
import type { Row, Selection } from '../store.ts';
import type { DayFiles } from './day-files.ts';
import { type Parameters, runQuery } from './query.ts';

/**
 * A portion of a queue, as it is read. A day holds millions of rows and gigabytes of texts, a portion a few thousand
 * rows: so the short columns are read first, and the long ones only of rows that are wanted, by their row numbers.
 * DuckDB would read the long column of the whole day to join it, a hundred times as slow on a day of a million spans.
 */
export interface Portion {
  readonly files: DayFiles;
  readonly day: string;
  /** Ingest time up to which the queue was worked off before, microseconds. */
  readonly after_us: number;
  /** Ingest time of the last row of the portion, microseconds. */
  readonly through_us: number;
  /** Names the work. */
  readonly mark: string;
  readonly selection: Selection;
}

/** Rows `s` of the portion. */
export const in_portion =
  's.ingest_time > make_timestamp($after_us::BIGINT) AND s.ingest_time <= make_timestamp($through_us::BIGINT)';
/** Rows `s` that were worked off before it. */
export const before_portion = 's.ingest_time <= make_timestamp($after_us::BIGINT)';

export async function readPortion(
  { files, after_us, through_us }: Portion,
  statement: string,
  parameters: Parameters = {},
): Promise<Row[]> {
  return await runQuery(files.writer, statement, { ...parameters, after_us, through_us });
}

export interface Selected {
  readonly rows: Row[];
  /** How many nobody wants. */
  readonly left_out: number;
}

/** Reads all rows of a portion and keeps those that are wanted. */
export async function readWanted(portion: Portion, statement: string): Promise<Selected> {
  return wantedOf(portion, await readPortion(portion, statement));
}

export function wantedOf(portion: Portion, all: readonly Row[]): Selected {
  const rows = selectRows(all, portion);
  return { rows, left_out: all.length - rows.length };
}
