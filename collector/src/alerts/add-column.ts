import type { DatabaseSync } from 'node:sqlite';

interface NewColumn {
  readonly table: string;
  readonly column: string;
  /** With its default, where rows that are there need one. */
  readonly type: string;
}

/** Brings a table of an earlier version to the present one. */
export function addColumn(database: DatabaseSync, { table, column, type }: NewColumn): void {
  const names = database.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  if (names.every(({ name }) => name !== column))
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
}
