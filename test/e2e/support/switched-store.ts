import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../../../collector/src/options.ts';
import { type DuckDbOptions, openDuckDbStore } from '../../../collector/src/stores/duckdb/store.ts';
import type { Store } from '../../../collector/src/stores/store.ts';

/** The embedded store, which takes nothing while there is a file `store-is-down` in the data folder. */
export default async function openSwitchedStore(
  options: Options,
  parts: Pick<DuckDbOptions, 'control' | 'log'>,
): Promise<Store> {
  const store = await openDuckDbStore({
    folder: join(options.data, 'days'),
    memory_bytes: options.duckdb_memory_bytes,
    threads: options.duckdb_threads,
    query_timeout_ms: options.sql_timeout_ms,
    deduplication_hours: options.deduplication_hours,
    ...parts,
  });
  return {
    ...store,
    async append(batch) {
      if (existsSync(join(options.data, 'store-is-down'))) throw new Error('The store is down.');
      return await store.append(batch);
    },
  };
}
