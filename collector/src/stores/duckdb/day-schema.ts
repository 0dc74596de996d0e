import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { SextantError } from '../../errors.ts';
import { type AnyTable, type TableName, tables } from '../schema.ts';
import { create_amendments } from './amendments.ts';
import { addColumnStatement, createTableStatement, createTableStatements } from './ddl.ts';
import { type ProgressName, type ProgressOfDay, readProgress, setProgress } from './progress.ts';
import { inTransaction } from './transaction.ts';

/**
 * Gives the file of a day the tables of this version: all of them where it is new, what has come since where an
 * older version made it. A file that is up to date is known by a number noted in it: asking DuckDB for the tables
 * of one file makes it look through those of all the others. Gives what the file has noted.
 * @throws SextantError startup_failed for a file of a newer version
 */
export async function bringUpToDate(connection: DuckDBConnection, day: string): Promise<ProgressOfDay> {
  const progress = await readProgress(connection, day);
  if (progress.get('schema')?.offset === schema_number) return progress;
  await connection.run(`USE "${day}"`);
  try {
    await inTransaction(connection, async () => {
      await changeTables(connection, day);
      if (progress.size === 0) await noteCreation(connection, day);
      await note(connection, { day, name: 'schema', offset: schema_number });
    });
  } finally {
    await connection.run('USE memory.main');
  }
  return await readProgress(connection, day);
}

/** Notes that the file of a day was made now. */
export async function noteCreation(connection: DuckDBConnection, day: string): Promise<void> {
  await note(connection, { day, name: 'created', offset: Date.now() });
}

const table_names = Object.keys(tables) as TableName[];

/** Another number for every other set of columns; comments change nothing. */
const schema_number = createHash('sha256')
  .update([...table_names.map(createTableStatement), create_amendments].join(';'))
  .digest()
  .readUIntBE(0, 6);

interface Note {
  readonly day: string;
  readonly name: ProgressName;
  readonly offset: number;
}

async function note(connection: DuckDBConnection, { day, name, offset }: Note): Promise<void> {
  await setProgress(connection, { day, name, position: { segment: 0, offset } });
}

async function changeTables(connection: DuckDBConnection, day: string): Promise<void> {
  // Scripts: a hundred single statements take longer.
  await connection.run([...table_names.map(createTableStatement), create_amendments].join(';'));
  for (const name of table_names) await changeTable(connection, { day, name });
  await connection.run(createTableStatements().join(';'));
}

interface TableOfDay {
  readonly day: string;
  readonly name: TableName;
}

async function changeTable(connection: DuckDBConnection, table: TableOfDay): Promise<void> {
  const { columns }: AnyTable = tables[table.name];
  const found = await readColumns(connection, table);
  const unknown = found.find(({ name }) => !(name in columns));
  if (unknown) {
    const message = `The file of ${table.day} was made by a newer version: ${table.name}.${unknown.name} is unknown.`;
    throw new SextantError('startup_failed', message);
  }
  for (const { name, required } of found) {
    if (required && !columns[name]?.required)
      await connection.run(`ALTER TABLE ${table.name} ALTER COLUMN "${name}" DROP NOT NULL`);
  }
  const names = Object.keys(columns);
  const added = names.filter((name) => !found.some((column) => column.name === name));
  if (found.every(({ name }, index) => name === names[index])) {
    for (const column of added) await connection.run(addColumnStatement(table.name, column));
  } else {
    await makeAnew(connection, table.name, { found: found.map(({ name }) => name), added });
  }
}

// Rows are appended and days united by the order of the columns, and DuckDB adds columns at the end only.
async function makeAnew(
  connection: DuckDBConnection,
  name: TableName,
  { found, added }: { readonly found: readonly string[]; readonly added: readonly string[] },
): Promise<void> {
  const { columns }: AnyTable = tables[name];
  const kept = found.map((column) => `"${column}"`).join(', ');
  // Rows from before a column cannot have a value for it.
  const empty = added.filter((column) => columns[column]?.required);
  await connection.run(
    [
      `ALTER TABLE ${name} RENAME TO outdated_${name}`,
      createTableStatement(name),
      ...empty.map((column) => `ALTER TABLE ${name} ALTER COLUMN "${column}" DROP NOT NULL`),
      `INSERT INTO ${name} (${kept}) SELECT ${kept} FROM outdated_${name}`,
      `DROP TABLE outdated_${name}`,
    ].join(';'),
  );
}

interface FoundColumn {
  readonly name: string;
  readonly required: boolean;
}

async function readColumns(
  connection: DuckDBConnection,
  { day, name }: TableOfDay,
): Promise<readonly FoundColumn[]> {
  const reader = await connection.runAndReadAll(`PRAGMA table_info('"${day}".main.${name}')`);
  return reader
    .getRowObjects()
    .map((column) => ({ name: String(column['name']), required: column['notnull'] === true }));
}
