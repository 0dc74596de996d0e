import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { syncPath } from '../../sync-files.ts';
import { bringUpToDate } from './day-schema.ts';

export interface EmptyDayOptions {
  readonly writer: DuckDBConnection;
  readonly folder: string;
  /** As in ATTACH. */
  readonly file_options: string;
}

/** Puts a file with every table and no rows at a path, durably and in one step. */
export type WriteEmptyDay = (path: string) => Promise<void>;

/**
 * Making the tables of a day takes DuckDB a fifth of a second. So they are made once, and a new day begins with a copy
 * of that: a request may bring spans of hundreds of days.
 */
export function emptyDays(options: EmptyDayOptions): WriteEmptyDay {
  let content: Promise<Buffer> | null = null;
  return async (path) => {
    content ??= makeEmptyDay(options);
    // A failed attempt is repeated by the next day.
    content.catch(() => {
      content = null;
    });
    await writeWhole(path, await content);
    await syncPath(options.folder);
  };
}

const name = 'empty_day';

async function makeEmptyDay({ writer, folder, file_options }: EmptyDayOptions): Promise<Buffer> {
  const path = join(folder, `${name}.duckdb`);
  const remove = async () => {
    for (const suffix of ['', '.wal']) await rm(path + suffix, { force: true });
  };
  await remove();
  try {
    await writer.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${name} (${file_options})`);
    try {
      await bringUpToDate(writer, name);
      await writer.run(`CHECKPOINT ${name}`);
    } finally {
      await writer.run(`DETACH ${name}`);
    }
    return await readFile(path);
  } finally {
    await remove();
  }
}

async function writeWhole(path: string, content: Buffer): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  // DuckDB would take the log of a file that is gone for one of this file, with its rows and its position.
  await rm(`${path}.wal`, { force: true });
  await rename(`${path}.new`, path);
}
