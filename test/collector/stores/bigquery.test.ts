import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll } from 'vitest';
import { createLog } from '../../../collector/src/log.ts';
import { openBigQueryStore } from '../../../collector/src/stores/bigquery/store.ts';
import { storeContract } from '../../contracts/store.ts';
import { type FakeBigQuery, startFakeBigQuery } from '../../fakes/bigquery/server.ts';

// A store opened again on the same folder finds the same BigQuery.
const fakes = new Map<string, FakeBigQuery>();

afterAll(async () => {
  for (const fake of fakes.values()) await fake.close();
});

storeContract({
  name: 'bigquery',
  // Rows that were streamed cannot be changed for a while.
  abilities: { amends_stored_spans: false },
  async open(folder) {
    const fake = fakes.get(folder) ?? (await startFakeBigQuery());
    fakes.set(folder, fake);
    const control = new DatabaseSync(join(folder, 'control.db'));
    const store = await openBigQueryStore({
      project: 'test',
      dataset: 'sextant',
      endpoint: fake.url,
      control,
      query_timeout_ms: 20_000,
      log: createLog(() => undefined),
      retries: { attempts_max: 4, pause_ms: 1 },
    });
    const close = async () => {
      await store.close();
      control.close();
    };
    return { ...store, close };
  },
});
