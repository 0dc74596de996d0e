import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Erased, EraseSelector } from '../store.ts';
import type { DayFiles } from './day-files.ts';
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
import type { Readers } from './readers.ts';
import { rewriteDay } from './rewrite-day.ts';

export interface ErasureParts {
  readonly files: DayFiles;
  readonly readers: Readers;
  /** Runs work while nothing is written. */
  write<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Removes spans and everything that belongs to them, day by day; in between, rows can be stored. Every file that
 * held something is written anew without it, since DuckDB leaves deleted rows in the file.
 *
 * What is to go is chosen first and kept in a file until all days are done: a log record may lie on another day
 * than its span, so that after an interruption the days alone would not tell. Repeating the call finishes it.
 */
export async function eraseSpans(parts: ErasureParts, selector: EraseSelector): Promise<Erased> {
  const selection = selectionOf(selector);
  const { files, write } = parts;
  const path = join(files.folder, 'erasing.duckdb');
  await write(() => choose(files, selection, path));
  const erased: Record<string, number> = {};
  try {
    for (const day of files.days()) {
      const counts = await write(() => eraseDay(parts, day, selection));
      for (const [table, rows] of Object.entries(counts)) erased[table] = (erased[table] ?? 0) + rows;
    }
  } finally {
    await write(async () => void (await files.writer.run('DETACH erasing')));
  }
  await forgetChosen(path);
  return erased;
}

/** What an erasure would remove now. */
export async function countErasable(
  { files, write }: ErasureParts,
  selector: EraseSelector,
): Promise<Erased> {
  const selection = selectionOf(selector);
  const counted: Record<string, number> = {};
  await write(async () => {
    await choose(files, selection, ':memory:');
    try {
      for (const day of files.days()) {
        const counts = await countDay(files, day, selection);
        for (const [table, rows] of Object.entries(counts)) counted[table] = (counted[table] ?? 0) + rows;
      }
    } finally {
      await files.writer.run('DETACH erasing');
    }
  });
  return counted;
}

/** Removes what an interrupted erasure left, once it will not be repeated. */
async function forgetChosen(path: string): Promise<void> {
  for (const suffix of ['', '.wal']) await rm(path + suffix, { force: true });
}

async function choose(files: DayFiles, selection: Selection, path: string): Promise<void> {
  await files.writer.run(`ATTACH '${path.replaceAll("'", "''")}' AS erasing`);
  await files.writer.run(create_chosen);
  for (const statement of choosingStatements(selection)) await run(files, statement, selection);
}

async function eraseDay(
  { files, readers }: ErasureParts,
  day: string,
  selection: Selection,
): Promise<Erased> {
  const counts = await countDay(files, day, selection);
  if (Object.keys(counts).length === 0) return counts;
  await rewriteDay({ files, readers }, day, async (target) => {
    for (const table of await tablesOf(files, day)) {
      const erased = conditionFor({ files, day, table, selection });
      const kept = erased === null ? '' : `WHERE NOT ${erased}`;
      await run(
        files,
        `INSERT INTO ${target}.main.${table} SELECT * FROM "${day}".main.${table} t ${kept}`,
        selection,
      );
    }
    await run(files, `INSERT INTO ${target}.main.versions ${inheritedVersions(day)}`, selection);
  });
  return counts;
}

/** Rows of each table that go; nothing where none does. Messages nobody points to go with others only. */
async function countDay(files: DayFiles, day: string, selection: Selection): Promise<Record<string, number>> {
  if (!files.get(day)) return {};
  const counts: Record<string, number> = {};
  const count = async (table: string) => {
    const erased = conditionFor({ files, day, table, selection });
    if (erased === null) return;
    const from = `FROM "${day}".main.${table} t WHERE ${erased}`;
    const [row] = await run(files, `SELECT count(*)::INTEGER AS rows ${from}`, selection);
    const inherited = table === 'versions' ? await run(files, inheritedVersions(day), selection) : [];
    const rows = Number(row?.['rows'] ?? 0) - inherited.length;
    if (rows > 0) counts[table] = rows;
  };
  const found = await tablesOf(files, day);
  for (const table of found.filter((name) => name !== 'messages')) await count(table);
  if (Object.keys(counts).length > 0) await count('messages');
  return counts;
}

interface TableOfDay {
  readonly files: DayFiles;
  readonly day: string;
  readonly table: string;
  readonly selection: Selection;
}

function conditionFor({ files, day, table, selection }: TableOfDay): string | null {
  if (table !== 'messages') return erasedRows(table, selection);
  const pointing_days = [day, nextDay(day)].filter((pointing) => files.get(pointing));
  return erasedMessages({ day, pointing_days, selection });
}

async function tablesOf(files: DayFiles, day: string): Promise<string[]> {
  const reader = await files.writer.runAndReadAll(
    'SELECT table_name AS name FROM duckdb_tables() WHERE database_name = $day ORDER BY name',
    { day },
  );
  return reader.getRowObjects().map((row) => String(row['name']));
}

// DuckDB refuses values for parameters a statement does not have.
async function run(files: DayFiles, statement: string, { tenant, value }: Selection) {
  const values = Object.entries({ tenant, value }).filter(([name]) => statement.includes(`$${name}`));
  const reader = await files.writer.runAndReadAll(statement, Object.fromEntries(values));
  return reader.getRowObjects();
}
