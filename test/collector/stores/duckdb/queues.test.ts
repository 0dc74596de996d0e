import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../../collector/src/log.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { text_characters_max } from '../../../../collector/src/stores/measured.ts';
import type { Candidate, Store } from '../../../../collector/src/stores/store.ts';
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

test('reads no texts and traces of spans nobody will look at', async () => {
  const store = await open();
  const roots = [1, 2].map((number) =>
    modelCall(number, { parent_span_id: null, conversation_id: `c${number}` }),
  );
  await store.append({ records: [recordAt(100, ...roots)] });
  const selection = { see() {}, takes: ({ conversation_id }: Candidate) => conversation_id === 'c1' };
  const asked = (await store.take('embed', 10, { selection }))?.rows;
  expect(asked?.map(({ text, output_text }) => [text, output_text])).toEqual([
    ['question 1', 'answer 1'],
    ['', null],
  ]);
  const spans = (await store.take('measure', 10, { selection }))?.rows;
  expect(spans?.map(({ input_text, output_text, trace }) => [input_text, output_text, trace?.steps])).toEqual(
    [
      ['question 1', 'answer 1', 1],
      [null, null, undefined],
    ],
  );
});

test('follows no conversations nobody will look at', async () => {
  const store = await open();
  const say = (...numbers: number[]) =>
    numbers.map((number) => modelCall(number, { conversation_id: number % 2 === 0 ? 'even' : 'odd' }));
  await store.append({ records: [recordAt(100, ...say(1, 2))] });
  const first = await store.take('measure', 10);
  if (first) await store.finish(first, []);
  await store.append({ records: [recordAt(200, ...say(3, 4))] });
  const selection = { see() {}, takes: ({ conversation_id }: Candidate) => conversation_id === 'even' };
  const work = await store.take('measure', 10, { selection });
  expect(work?.earlier.map(({ conversation_id }) => conversation_id)).toEqual(['even']);
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
