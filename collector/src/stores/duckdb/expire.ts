import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BIGINT } from '@duckdb/node-api';
import { type TableName, tables } from '../schema.ts';
import type { DayFiles } from './day-files.ts';
import { dayOf, undated_day } from './days.ts';
import type { DaysOnRecord } from './days-on-record.ts';
import { inTransaction } from './transaction.ts';

export interface ExpireOptions {
  readonly record: DaysOnRecord;
  readonly now_us: number;
}

/**
 * Removes the files of days before the day of a time, also those that were set aside. Rows whose own time cannot
 * be right are as old as their arrival: of their file only those rows go.
 */
export async function expireDays(
  files: DayFiles,
  before_us: number,
  { record, now_us }: ExpireOptions,
): Promise<readonly string[]> {
  const first_kept = dayOf(before_us, now_us);
  const expired = files.days().filter((day) => day < first_kept && day !== undated_day);
  for (const day of expired) await files.remove(day);
  if (files.get(undated_day) && (await expireUndated(files, before_us))) expired.push(undated_day);
  await removeSetAside(files.folder, first_kept);
  record.forgetLost(first_kept);
  return expired;
}

/** Whether nothing was left and the file went. */
async function expireUndated(files: DayFiles, before_us: number): Promise<boolean> {
  let left = 0;
  let removed = 0;
  await inTransaction(files.writer, async () => {
    for (const table of Object.keys(tables) as TableName[]) {
      const from = `"${undated_day}".main.${table}`;
      const old = await files.writer.runAndReadAll(
        `DELETE FROM ${from} WHERE ingest_time < make_timestamp($before_us)`,
        { before_us: BigInt(before_us) },
        { before_us: BIGINT },
      );
      removed += old.rowsChanged;
      const [row] = (
        await files.writer.runAndReadAll(`SELECT count(*)::INTEGER AS rows FROM ${from}`)
      ).getRowObjects();
      left += Number(row?.['rows']);
    }
  });
  if (left === 0) await files.remove(undated_day);
  else if (removed > 0) files.forgetRows(undated_day);
  return left === 0;
}

async function removeSetAside(folder: string, first_kept: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const set_aside = /^(\d{4}-\d{2}-\d{2})\.duckdb\.damaged-\d+(\.wal)?$/.exec(name);
    if (set_aside?.[1] && set_aside[1] < first_kept) await rm(join(folder, name), { force: true });
  }
}
