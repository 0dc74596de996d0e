import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import { checkModule, isModulePath, loadModule } from '../load-module.ts';
import type { Log } from '../log.ts';
import type { Options } from '../options.ts';
import type { Store } from './store.ts';

interface StoreParts {
  /** For small state a store keeps beside its rows, in tables it creates itself. */
  readonly control: DatabaseSync;
  readonly log: Log;
  /** Told that the store must be opened again, because one of its files broke. */
  onBroken(file: string): void;
}

type OpenStore = (options: Options, parts: StoreParts) => Promise<Store>;

/**
 * The stores that come with Sextant; a new one is a folder here and a line in this list. Each is loaded when it
 * is chosen, so that nobody pays for the client of another.
 */
const stores: Readonly<Record<string, OpenStore>> = {
  async duckdb(options, parts) {
    const { openDuckDbStore } = await import('./duckdb/store.ts');
    return await openDuckDbStore({
      folder: join(options.data, 'days'),
      memory_bytes: options.duckdb_memory_bytes,
      threads: options.duckdb_threads,
      deduplication_hours: options.deduplication_hours,
      query_timeout_ms: options.sql_timeout_ms,
      ...parts,
    });
  },
  async bigquery(options, parts) {
    const { openBigQueryStore } = await import('./bigquery/store.ts');
    return await openBigQueryStore({
      project: projectOf(options),
      dataset: options.bigquery_dataset,
      endpoint: options.bigquery_endpoint,
      query_timeout_ms: options.sql_timeout_ms,
      ...parts,
    });
  },
};

/** @throws SextantError bad_request when the configuration names no store of the list, or lacks what that one needs */
export async function openStore(options: Options, parts: StoreParts): Promise<Store> {
  if (isModulePath(options.store)) return await openOwnStore(options, parts);
  return await storeOf(options)(options, parts);
}

/**
 * Says without opening anything whether the store can be the one that is asked for.
 * @throws SextantError bad_request
 */
export function checkStore(options: Options): void {
  if (isModulePath(options.store)) checkModule(options.store);
  else if (storeOf(options) === stores['bigquery']) projectOf(options);
}

function storeOf({ store }: Options): OpenStore {
  const open = Object.hasOwn(stores, store) ? stores[store] : undefined;
  if (open) return open;
  const known = Object.keys(stores).join(' and ');
  throw new SextantError('bad_request', `There is no store "${store}"; there are ${known}.`);
}

function projectOf({ bigquery_project }: Options): string {
  if (bigquery_project !== null) return bigquery_project;
  throw new SextantError('bad_request', 'The BigQuery store needs SEXTANT_BIGQUERY_PROJECT.');
}

/** A module whose default export takes options and parts, and gives a store. */
async function openOwnStore(options: Options, parts: StoreParts): Promise<Store> {
  const open = await loadModule(options.store);
  if (typeof open !== 'function') {
    throw new SextantError(
      'bad_request',
      `${options.store} must export a function that opens a store as default.`,
    );
  }
  const store: unknown = await open(options, parts);
  const missing = methods.filter((name) => typeof (store as Partial<Store> | null)?.[name] !== 'function');
  if (missing.length === 0) return store as Store;
  throw new SextantError('bad_request', `The store of ${options.store} has no ${missing.join(', ')}.`);
}

const methods = [
  'append',
  'position',
  'insert',
  'take',
  'finish',
  'query',
  'sql',
  'expire',
  'erase',
  'close',
] as const;
