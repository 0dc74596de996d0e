import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { syncPath } from '../../sync-files.ts';
import type { DayFiles } from './day-files.ts';

export interface BackupParts {
  readonly files: DayFiles;
  /** Runs work while nothing is written. */
  write<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Copies the day files, one after the other; between two, rows can be stored. Nothing is written to a file while
 * it is copied together with its log, so that the copy is what a crash would leave: whole transactions, each with
 * its position. The copies may stand at different positions, which the journal beside them makes up for.
 */
export async function backUpDays({ files, write }: BackupParts, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const day of files.days().reverse()) await write(() => copyDay(files, day, folder));
  await syncPath(folder);
}

async function copyDay(files: DayFiles, day: string, folder: string): Promise<void> {
  // It may have expired since the list was made.
  if (!files.get(day)) return;
  await copyDurably(files.path(day), folder);
  await copyDurably(`${files.path(day)}.wal`, folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function copyDurably(path: string, folder: string): Promise<void> {
  const copy = join(folder, basename(path));
  // Some file systems share the blocks of both until one changes.
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  await syncPath(copy);
}
