import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Erased, EraseSelector } from '../store.ts';
import { nextDay } from './days.ts';
import {
  choosingStatements,
  create_chosen,
  erasedMessages,
  erasedRows,
  inheritedVersions,
  type Selection,
  selectionOf,
} from './erased-rows.ts';
import { type RewritingParts, rewriteDay } from './rewrite-day.ts';

export type ErasureParts = Omit<RewritingParts, 'connection'>;

/**
 * Removes spans and everything that belongs to them, day by day. Every file that held something is written anew
 * without it, since DuckDB leaves deleted rows in the file.
 *
 * What is to go is chosen first and kept in a file until all days are done: a log record may lie on another day
 * than its span, so that after an interruption the days alone would not tell. Repeating the call finishes it.
 */
export async function eraseSpans(parts: ErasureParts, selector: EraseSelector): Promise<Erased> {
  const selection = selectionOf(selector);
  const digest = createHash('sha256').update(JSON.stringify(selection)).digest('hex');
  const path = join(parts.files.folder, `erasing-${digest.slice(0, 16)}.duckdb`);
  const erased = await withChosen(parts, { selection, path }, (erasure, day) => eraseDay(erasure, day));
  for (const suffix of ['', '.wal']) await rm(path + suffix, { force: true });
  return erased;
}

/** What an erasure would remove now. */
export async function countErasable(parts: ErasureParts, selector: EraseSelector): Promise<Erased> {
  const chosen = { selection: selectionOf(selector), path: ':memory:' };
  return await withChosen(parts, chosen, (erasure, day) => countDay(erasure, day));
}

interface Chosen {
  readonly selection: Selection;
  /** Where what is chosen is kept. */
  readonly path: string;
}

interface ErasureUnderWay extends RewritingParts {
  readonly selection: Selection;
}

/** Chooses what is to go, then sums up what is done for each day. */
async function withChosen(
  parts: ErasureParts,
  { selection, path }: Chosen,
  work: (erasure: ErasureUnderWay, day: string) => Promise<Erased>,
): Promise<Erased> {
  const connection = await parts.files.connect();
  const erasure = { ...parts, connection, selection };
  const sums: Record<string, number> = {};
  try {
    await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS erasing`);
    await connection.run(create_chosen);
    for (const statement of choosingStatements(selection)) await run(erasure, statement);
    for (const day of parts.files.days()) {
      const counts = parts.files.get(day) ? await work(erasure, day) : {};
      for (const [table, rows] of Object.entries(counts)) sums[table] = (sums[table] ?? 0) + rows;
    }
    return sums;
  } finally {
    await connection.run('DETACH DATABASE IF EXISTS erasing');
    connection.closeSync();
  }
}

async function eraseDay(erasure: ErasureUnderWay, day: string): Promise<Erased> {
  const counts = await countDay(erasure, day);
  if (Object.keys(counts).length === 0) return counts;
  await rewriteDay(erasure, day, async (target) => {
    for (const table of await tablesOf(erasure.connection, day)) {
      const erased = conditionFor(erasure, day, table);
      const kept = `SELECT * FROM "${day}".main.${table} t ${erased === null ? '' : `WHERE NOT ${erased}`}`;
      await run(erasure, `INSERT INTO ${target}.main.${table} ${kept}`);
    }
    await run(erasure, `INSERT INTO ${target}.main.versions ${inheritedVersions(day)}`);
  });
  return counts;
}

/** Rows of each table that go; nothing where none does. Messages nobody points to go with others only. */
async function countDay(erasure: ErasureUnderWay, day: string): Promise<Erased> {
  const counts: Record<string, number> = {};
  const count = async (table: string) => {
    const erased = conditionFor(erasure, day, table);
    if (erased === null) return;
    const [row] = await run(
      erasure,
      `SELECT count(*)::INTEGER AS rows FROM "${day}".main.${table} t WHERE ${erased}`,
    );
    const inherited = table === 'versions' ? await run(erasure, inheritedVersions(day)) : [];
    const rows = Number(row?.['rows'] ?? 0) - inherited.length;
    if (rows > 0) counts[table] = rows;
  };
  const found = await tablesOf(erasure.connection, day);
  for (const table of found.filter((name) => name !== 'messages')) await count(table);
  if (Object.keys(counts).length > 0) await count('messages');
  return counts;
}

/** The condition for rows that go; null for a table of which none does. */
function conditionFor({ files, selection }: ErasureUnderWay, day: string, table: string): string | null {
  if (table !== 'messages') return erasedRows(table, selection);
  const pointing_days = [day, nextDay(day)].filter((pointing) => files.get(pointing));
  return erasedMessages({ day, pointing_days, selection });
}

async function tablesOf(connection: DuckDBConnection, day: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    'SELECT table_name AS name FROM duckdb_tables() WHERE database_name = $day ORDER BY name',
    { day },
  );
  return reader.getRowObjects().map((row) => String(row['name']));
}

// DuckDB refuses values for parameters a statement does not have.
async function run({ connection, selection: { tenant, value } }: ErasureUnderWay, statement: string) {
  const values = Object.entries({ tenant, value }).filter(([name]) => statement.includes(`$${name}`));
  const reader = await connection.runAndReadAll(statement, Object.fromEntries(values));
  return reader.getRowObjects();
}
