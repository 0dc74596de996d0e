import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../../collector/src/log.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { modelCall, recordAt } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';

test('records that were stored in one transaction are taken one after the other', async () => {
  const control = new DatabaseSync(':memory:');
  const store = await openDuckDbStore({
    ...{ folder: temporaryFolder(), memory_bytes: 256 * 2 ** 20, log: createLog(() => undefined), control },
    ...{ query_timeout_ms: 20_000, deduplication_hours: 0 },
  });
  onTestFinished(() => store.close());
  const calls = [1, 2, 3].map((number) => modelCall(number));
  await store.append({ records: calls.map((call, index) => recordAt(100 * (index + 1), call)) });
  const taken: (readonly string[])[] = [];
  for (let work = await store.take('embed', 1); work; work = await store.take('embed', 1)) {
    taken.push(work.rows.map(({ trace_id }) => trace_id));
    await store.finish(work, []);
  }
  expect(taken).toEqual(calls.map(({ span }) => [span.trace_id]));
});
