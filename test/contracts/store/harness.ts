import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type TableName, tables } from '../../../collector/src/stores/schema.ts';
import type { Row, Store } from '../../../collector/src/stores/store.ts';

export interface StoreUnderTest {
  /** The store as it is now; another one after `reopen`. */
  readonly store: Store;
  /** Closes the store and opens it again on what it left behind. */
  reopen(): Promise<void>;
}

export type OpenStore = (folder: string) => Promise<Store>;

/** A fresh store for each test of the surrounding `describe`. */
export function useStore(open: OpenStore): StoreUnderTest {
  let folder: string;
  let store: Store | null = null;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sextant-store-'));
    store = await open(folder);
  });
  afterEach(async () => {
    // A test may have closed the store itself.
    await store?.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get store() {
      if (store === null) throw new Error('The store is open only inside a test.');
      return store;
    },
    async reopen() {
      await store?.close();
      store = await open(folder);
    },
  };
}

const earliest = '2000-01-01';

/** Those the tests store rows of. */
const tenants = ['default', 'other'];

/** Every row of a table as the store's own SQL shows it to those it belongs to. */
export async function rowsOf(store: Store, table: TableName): Promise<Row[]> {
  const { day_column } = tables[table];
  // Stores may insist on a bound for the day.
  const statement = `SELECT * FROM ${table} WHERE ${day_column} >= '${earliest}'`;
  const all: Row[] = [];
  for (const tenant of tenants) {
    const { rows, truncated } = await store.sql(statement, { tenant, rows_max: 10_000, timeout_ms: 20_000 });
    if (truncated) throw new Error(`Table ${table} has more rows than the tests read.`);
    all.push(...rows);
  }
  return all;
}

export async function valuesOf(store: Store, table: TableName, column: string): Promise<unknown[]> {
  return (await rowsOf(store, table)).map((row) => row[column]).sort();
}

/** All that a store holds, as one text to look for things in. */
export async function everything(store: Store): Promise<string> {
  const contents = [];
  for (const table of Object.keys(tables) as TableName[]) contents.push(await rowsOf(store, table));
  return JSON.stringify(contents);
}

/** The microseconds of a time as `sql` shows it. */
export function microsOf(iso: unknown): number {
  const text = String(iso);
  const fraction = /\.(\d+)Z$/.exec(text)?.[1] ?? '';
  return Date.parse(text.replace(/\.\d+Z$/, 'Z')) * 1000 + Number(fraction.padEnd(6, '0'));
}
