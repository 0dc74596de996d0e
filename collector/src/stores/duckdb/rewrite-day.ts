import { rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type DayFiles, new_file_options } from './day-files.ts';
import type { Readers } from './readers.ts';

export interface RewritingParts {
  readonly files: DayFiles;
  readonly readers: Readers;
  /** A connection of its own, for what takes long. */
  readonly connection: DuckDBConnection;
  /** Runs work while nothing is written. */
  write<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Writes the file of a day anew: `fill` copies what is to stay into an empty database with the same tables, whose
 * name it is given. The finished file takes the place of the old one in one step, so a crash leaves one or the
 * other.
 *
 * Rows can be stored while it is filled. A day that did not change meanwhile, as nearly all do not, changes places
 * at once; one that did is filled again while nothing is written. Queries wait only for the exchange.
 */
export async function rewriteDay(
  parts: RewritingParts,
  day: string,
  fill: (target: string) => Promise<void>,
): Promise<void> {
  const { files, write } = parts;
  const before = await contentMark(parts, day);
  const path = await fillFile(parts, day, fill);
  await write(async () => {
    // It may have expired meanwhile.
    if (!files.get(day)) return await removeFile(path);
    if ((await contentMark(parts, day)) !== before) await fillFile(parts, day, fill);
    await parts.readers.pause(() => files.replace(day, path));
  });
}

async function fillFile(
  { files, connection }: RewritingParts,
  day: string,
  fill: (target: string) => Promise<void>,
): Promise<string> {
  const path = `${files.path(day)}.rewriting`;
  // What an earlier attempt left.
  await removeFile(path);
  await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS rewriting (${new_file_options})`);
  try {
    await connection.run(`COPY FROM DATABASE "${day}" TO rewriting (SCHEMA)`);
    await fill('rewriting');
    await connection.run('CHECKPOINT rewriting');
  } finally {
    await connection.run('DETACH rewriting');
  }
  return path;
}

async function removeFile(path: string): Promise<void> {
  for (const suffix of ['', '.wal']) await rm(path + suffix, { force: true });
}

/** Changes with everything that is written: rows are stamped, and what stamps nothing is noted as progress. */
async function contentMark({ connection }: RewritingParts, day: string): Promise<string> {
  const stamped = await connection.runAndReadAll(
    `SELECT table_name AS name FROM duckdb_columns()
    WHERE database_name = $day AND column_name = 'ingest_time' ORDER BY name`,
    { day },
  );
  const stamps = stamped
    .getRowObjects()
    .map(
      ({ name }) => `SELECT '${name}' AS name, max(ingest_time)::VARCHAR AS mark FROM "${day}".main.${name}`,
    );
  const progress = `SELECT name, concat_ws('.', segment, place) AS mark FROM "${day}".main.progress`;
  const reader = await connection.runAndReadAll(`${[...stamps, progress].join(' UNION ALL ')} ORDER BY ALL`);
  return JSON.stringify(reader.getRowsJson());
}
