import type { DayFiles } from './day-files.ts';
import { TableWriter, type WritableTable } from './table-writer.ts';

export interface InsertTarget {
  readonly catalog: string;
  readonly table: WritableTable;
  /** Stamped on every row. */
  readonly ingest_time: number;
}

/** Inserts rows inside the transaction of the writing connection. */
export async function insertRows(
  { writer: connection, chunks }: DayFiles,
  target: InsertTarget,
  rows: readonly object[],
): Promise<void> {
  const writer = new TableWriter({ ...target, connection, chunks });
  try {
    await writer.write(rows);
    await writer.flush();
    writer.close();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}
