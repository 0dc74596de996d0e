import { expect, test } from 'vitest';
import type { Work } from '../../../collector/src/stores/store.ts';
import { type OpenStore, rowsOf, useStore } from './harness.ts';
import { answer, appendPairs, drain, judged, numbersOf, passTime } from './queue-harness.ts';
import { day_us, modelCall, noon_us, recordAt, recordWith, scoreRow, sketchRow } from './rows.ts';

/** Work is handed out oldest first, in whole batches, and again until it is finished. */
export function queueTests(open: OpenStore): void {
  const under = useStore(open);
  const embedAll = (work: Work<'embed'>) => work.rows.map(answer);

  test('there is no work in an empty store', async () => {
    expect(await under.store.take('embed', 10)).toBeNull();
    expect(await under.store.take('sketch', 10)).toBeNull();
    expect(await under.store.take('measure', 10)).toBeNull();
    expect(await under.store.take('score', 10)).toBeNull();
  });

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s hands out whole batches, the oldest first',
    async (queue) => {
      await appendPairs(under.store, 3);
      const take = async (rows_max: number) => numbersOf(await under.store.take(queue, rows_max));
      expect(await take(1)).toEqual([1, 2]);
      expect(await take(3)).toEqual([1, 2]);
      expect(await take(5)).toEqual([1, 2, 3, 4]);
      expect(await take(6)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await take(600)).toEqual([1, 2, 3, 4, 5, 6]);
    },
  );

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s gives the same work until it is finished',
    async (queue) => {
      await appendPairs(under.store, 2);
      const work = await under.store.take(queue, 2);
      expect(await under.store.take(queue, 2)).toEqual(work);
      await under.reopen();
      expect(await under.store.take(queue, 2)).toEqual(work);
      if (work) await under.store.finish(work, []);
      expect(numbersOf(await under.store.take(queue, 2))).toEqual([3, 4]);
      await under.reopen();
      expect(numbersOf(await under.store.take(queue, 2))).toEqual([3, 4]);
    },
  );

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s is empty when all is finished, and fills again',
    async (queue) => {
      await appendPairs(under.store, 2);
      expect((await drain(under.store, queue)).flat()).toEqual([1, 2, 3, 4]);
      await under.reopen();
      expect(await under.store.take(queue, 10)).toBeNull();
      await under.store.append({ records: [judged(900, modelCall(9))] });
      expect(await drain(under.store, queue)).toEqual([[9]]);
    },
  );

  test('the queues do not know of each other', async () => {
    await appendPairs(under.store, 1);
    await drain(under.store, 'sketch');
    expect(numbersOf(await under.store.take('embed', 10))).toEqual([1, 2]);
  });

  test('work is of one day, the older day first, and late rows of an old day are not lost', async () => {
    const tomorrow = { start_time: noon_us + day_us };
    await under.store.append({ records: [recordAt(100, modelCall(3, tomorrow), modelCall(1))] });
    expect(await drain(under.store, 'embed')).toEqual([[1], [3]]);
    await under.store.append({ records: [recordAt(200, modelCall(2))] });
    await under.store.append({ records: [recordAt(300, modelCall(4, tomorrow))] });
    expect(await drain(under.store, 'embed')).toEqual([[2], [4]]);
  });

  test('answers of embed are stored once and wait in sketch', async () => {
    const call = modelCall(1);
    await under.store.append({ records: [recordAt(100, { ...call, embeddings: [] })] });
    const work = await under.store.take('embed', 10);
    if (!work) throw new Error('There should be work.');
    await under.store.finish(work, embedAll(work));
    await under.store.finish(work, embedAll(work));
    await under.reopen();
    await under.store.finish(work, embedAll(work));
    expect(await rowsOf(under.store, 'embeddings')).toHaveLength(1);
    expect(await under.store.take('embed', 10)).toBeNull();
    const next = await under.store.take('sketch', 10);
    expect(next?.rows).toHaveLength(1);
    expect(next?.rows[0]).toMatchObject({
      feature: 'embedding.user_message',
      text_hash: call.messages[0]?.message_hash,
    });
  });

  test('answers of sketch are stored once', async () => {
    await appendPairs(under.store, 1);
    const work = await under.store.take('sketch', 10);
    if (!work) throw new Error('There should be work.');
    const sketches = [
      sketchRow(),
      sketchRow({ slice_key: 'service', slice_value: 'shop', sums: [-(2 ** 52), 0, 7] }),
    ];
    await under.store.finish(work, sketches);
    await under.store.finish(work, sketches);
    await under.reopen();
    await under.store.finish(work, sketches);
    const rows = await rowsOf(under.store, 'sketches');
    expect(rows.map((row) => row['sums']).sort()).toEqual([
      [-(2 ** 52), 0, 7],
      [1, -2, 3],
    ]);
    expect(await under.store.take('sketch', 10)).toBeNull();
  });

  test('what was stored a moment ago is left for another time where that is asked for', async () => {
    await appendPairs(under.store, 2);
    const [first] = (await under.store.take('measure', 2))?.rows ?? [];
    const ingest_time = first?.ingest_time as number;
    expect(await under.store.take('measure', 10, { before_us: ingest_time - 1 })).toBeNull();
    expect(numbersOf(await under.store.take('measure', 10, { before_us: ingest_time }))).toEqual([1, 2]);
    expect(numbersOf(await under.store.take('measure', 10))).toEqual([1, 2, 3, 4]);
  });

  test('evaluations wait that came without spans after a start with a clock set back', async () => {
    const appendScore = (offset: number) =>
      under.store.append({
        records: [recordWith(offset, { scores: [scoreRow(`score ${offset}`)] })],
      });
    await appendScore(100);
    await drain(under.store, 'score');
    passTime(-3_600_000);
    await under.reopen();
    await appendScore(200);
    const work = await under.store.take('score', 10);
    expect(work?.rows.map(({ score_id }) => score_id)).toEqual(['score 200']);
  });

  test('work that was taken outlives rows that arrive meanwhile', async () => {
    await appendPairs(under.store, 1);
    const work = await under.store.take('embed', 10);
    if (!work) throw new Error('There should be work.');
    await under.store.append({ records: [recordAt(900, modelCall(9))] });
    await under.store.finish(work, embedAll(work));
    expect(numbersOf(await under.store.take('embed', 10))).toEqual([9]);
  });
}
