import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { tables } from '../schema.ts';
import type { ExportRange } from '../store.ts';
import type { DayFiles } from './day-files.ts';
import type { Readers } from './readers.ts';

export interface ExportParts {
  readonly files: DayFiles;
  readonly readers: Readers;
}

/** Writing one part may take so long; a query would be ended much earlier. */
const part_timeout_ms = 600_000;

/** Rows of this many are held in memory together. */
const row_group_rows = 10_240;

export async function exportDays({ readers }: ExportParts, range: ExportRange): Promise<string[]> {
  const limits = { tenant: range.tenant, timeout_ms: part_timeout_ms };
  const { day_column } = tables[range.table];
  return await readers.use(limits, async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT DISTINCT strftime(${day_column}, '%Y-%m-%d') AS day ${rowsOf(range)} ORDER BY day`,
    );
    return reader.getRowObjects().map((row) => String(row['day']));
  });
}

/**
 * Has DuckDB write the rows into a file, the only way it can, and reads that. The file loses its name at once, so
 * that it is gone when the stream is, however that ends.
 */
export async function readParquet(
  { files, readers }: ExportParts,
  range: ExportRange,
  signal: AbortSignal,
): Promise<Readable> {
  const folder = exportFolder(files.folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.parquet`);
  const limits = { tenant: range.tenant, timeout_ms: part_timeout_ms, signal };
  const format = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${row_group_rows}`;
  try {
    await readers.use(limits, async (connection) => {
      await connection.run(`COPY (SELECT * ${rowsOf(range)}) TO '${path.replaceAll("'", "''")}' (${format})`);
    });
    return (await open(path, 'r')).createReadStream();
  } finally {
    await rm(path, { force: true });
  }
}

/** Inside the folder of the days: DuckDB may write nowhere else. */
function exportFolder(folder: string): string {
  return join(folder, 'exports');
}

// Numbers are checked to be whole, and names are those of the schema.
function rowsOf({ table, from_us, to_us }: ExportRange): string {
  const { day_column } = tables[table];
  return `FROM ${table} WHERE ${day_column} >= make_timestamp(${BigInt(from_us)})
    AND ${day_column} < make_timestamp(${BigInt(to_us)})`;
}
