import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog } from '../../../collector/src/log.ts';
import { openDuckDbStore } from '../../../collector/src/stores/duckdb/store.ts';
import { storeContract } from '../../contracts/store.ts';

storeContract({
  name: 'duckdb',
  async open(folder) {
    const control = new DatabaseSync(join(folder, 'control.db'));
    const store = await openDuckDbStore({
      folder: join(folder, 'days'),
      memory_bytes: 256 * 2 ** 20,
      log: createLog(() => undefined),
      control,
      query_timeout_ms: 20_000,
      deduplication_hours: 0,
    });
    const close = async () => {
      await store.close();
      control.close();
    };
    return { ...store, close };
  },
});
