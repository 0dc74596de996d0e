import { expect, test } from 'vitest';
import { toCandidate } from '../../../collector/src/stores/selection.ts';
import { type Candidate, earlier_max } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import { appendPairs, drain, judged, numberOf, said } from './queue-harness.ts';
import { day_us, modelCall, noon_us } from './rows.ts';

/** Work holds what is wanted, and what was worked off before that belongs together with it. */
export function queueSelectionTests(open: OpenStore): void {
  const under = useStore(open);

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s hands out what is wanted, and says how much is not',
    async (queue) => {
      const calls = [1, 2, 3].flatMap((number) => said(`c${number}`, number));
      await under.store.append({ records: [judged(100, ...calls)] });
      const whole = await under.store.take(queue, 10);
      expect(whole).toMatchObject({ left_out: 0, rows: [{}, {}, {}] });
      const seen: { mark: string; rows: readonly Candidate[] }[] = [];
      const asked: Candidate[] = [];
      const see = (mark: string, rows: readonly Candidate[]) => {
        expect(asked).toEqual([]);
        seen.push({ mark, rows });
      };
      const takes = (row: Candidate) => {
        asked.push(row);
        return row.conversation_id === 'c2';
      };
      const work = await under.store.take(queue, 10, { selection: { see, takes } });
      expect(work).toEqual({ ...whole, rows: [whole?.rows[1]], left_out: 2 });
      expect(seen.map(({ mark }) => mark)).toEqual([whole?.mark]);
      expect([...asked].sort(byTime)).toEqual([...(seen[0]?.rows ?? [])].sort(byTime));
      expect([...asked].sort(byTime)).toEqual(whole?.rows.map(toCandidate));
    },
  );

  test('work of which nothing is wanted is work', async () => {
    await appendPairs(under.store, 1);
    const nothing = { see() {}, takes: () => false };
    const work = await under.store.take('measure', 10, { selection: nothing });
    expect(work).toMatchObject({ rows: [], left_out: 2, earlier: [] });
    if (work) await under.store.finish(work, []);
    expect(await under.store.take('measure', 10)).toBeNull();
  });

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s follows no conversations of which nothing is wanted',
    async (queue) => {
      const say = (odd: number, even: number) => [...said('odd', odd), ...said('even', even)];
      await under.store.append({ records: [judged(100, ...say(1, 2))] });
      await drain(under.store, queue);
      await under.store.append({ records: [judged(200, ...say(3, 4))] });
      const takes = ({ conversation_id }: Candidate) => conversation_id === 'even';
      const work = await under.store.take(queue, 10, { selection: { see() {}, takes } });
      expect(work?.earlier.map(numberOf)).toEqual([2]);
    },
  );

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s brings what was worked off of the same conversations',
    async (queue) => {
      const tomorrow = modelCall(9, { start_time: noon_us + day_us, conversation_id: 'c1' });
      await under.store.append({ records: [judged(100, ...said('c1', 1, 2), ...said('c2', 3))] });
      await under.store.append({ records: [judged(200, ...said('c1', 4), modelCall(5))] });
      const finish = async () => {
        const work = await under.store.take(queue, 1);
        if (!work) throw new Error('There should be work.');
        await under.store.finish(work, []);
        return work;
      };
      expect((await finish()).earlier).toEqual([]);
      const second = await under.store.take(queue, 1);
      expect(second?.earlier.map(numberOf)).toEqual([1, 2]);
      await under.reopen();
      expect(await under.store.take(queue, 1)).toEqual(second);
      expect((await finish()).rows.map(numberOf)).toEqual([4, 5]);
      await under.store.append({ records: [judged(300, tomorrow, ...said('c1', 6))] });
      expect((await finish()).earlier.map(numberOf)).toEqual([1, 2, 4]);
      expect((await finish()).earlier, 'another day').toEqual([]);
    },
  );

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s brings the last of a long conversation',
    async (queue) => {
      const turns = (from: number, count: number) =>
        said('c', ...Array.from({ length: count }, (_, index) => from + index));
      await under.store.append({ records: [judged(100, ...turns(1, earlier_max + 6))] });
      await drain(under.store, queue);
      await under.store.append({ records: [judged(200, ...turns(200, 1))] });
      const work = await under.store.take(queue, 10);
      expect(work?.earlier.map(numberOf)).toEqual(
        Array.from({ length: earlier_max }, (_, index) => index + 7),
      );
    },
  );
}

function byTime(a: Candidate, b: Candidate): number {
  return a.time - b.time;
}
