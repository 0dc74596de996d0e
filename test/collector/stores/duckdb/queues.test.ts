import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../../collector/src/log.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { text_characters_max } from '../../../../collector/src/stores/measured.ts';
import type { Store } from '../../../../collector/src/stores/store.ts';
import { modelCall, recordAt } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';

async function open(): Promise<Store> {
  const control = new DatabaseSync(':memory:');
  const store = await openDuckDbStore({
    ...{ folder: temporaryFolder(), memory_bytes: 256 * 2 ** 20, log: createLog(() => undefined), control },
    ...{ query_timeout_ms: 20_000, deduplication_hours: 0 },
  });
  onTestFinished(() => store.close());
  return store;
}

test('records that were stored in one transaction are taken one after the other', async () => {
  const store = await open();
  const calls = [1, 2, 3].map((number) => modelCall(number));
  await store.append({ records: calls.map((call, index) => recordAt(100 * (index + 1), call)) });
  const taken: (readonly string[])[] = [];
  for (let work = await store.take('embed', 1); work; work = await store.take('embed', 1)) {
    taken.push(work.rows.map(({ trace_id }) => trace_id));
    await store.finish(work, []);
  }
  expect(taken).toEqual(calls.map(({ span }) => [span.trace_id]));
});

test('counts the beginning of a text as SQL does', async () => {
  const store = await open();
  for (const [number, character] of ['a', 'é', '😀'].entries()) {
    const question = character.repeat(text_characters_max + 1);
    await store.append({ records: [recordAt(100 * (number + 1), modelCall(number, { question }))] });
    const [row] = (await store.take('measure', 1))?.rows ?? [];
    expect(row?.input_text).toBe(character.repeat(text_characters_max));
    const work = await store.take('measure', 1);
    if (work) await store.finish(work, []);
  }
});
