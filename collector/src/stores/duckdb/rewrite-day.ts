import { rm } from 'node:fs/promises';
import { attach_options, type DayFiles } from './day-files.ts';
import type { Readers } from './readers.ts';

export interface RewritingParts {
  readonly files: DayFiles;
  readonly readers: Readers;
}

/**
 * Writes the file of a day anew: `fill` copies what is to stay into an empty database with the same tables, whose
 * name it is given. The finished file takes the place of the old one in one step, so a crash leaves one or the
 * other. Nothing may be written to the day meanwhile; queries wait only while the files change places.
 */
export async function rewriteDay(
  { files, readers }: RewritingParts,
  day: string,
  fill: (target: string) => Promise<void>,
): Promise<void> {
  const path = `${files.path(day)}.rewriting`;
  // What an interrupted attempt left.
  for (const suffix of ['', '.wal']) await rm(path + suffix, { force: true });
  await files.writer.run(`ATTACH '${path.replaceAll("'", "''")}' AS rewriting (${attach_options})`);
  try {
    await files.writer.run(`COPY FROM DATABASE "${day}" TO rewriting (SCHEMA)`);
    await fill('rewriting');
    await files.writer.run('CHECKPOINT rewriting');
  } finally {
    await files.writer.run('DETACH rewriting');
  }
  await readers.pause(() => files.replace(day, path));
}
