import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendChats } from '../support/chat-spans.ts';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const day_ms = 86_400_000;
const environment = { SEXTANT_DRIFT: 'false', SEXTANT_SEGMENT_BYTES: '20000' };

interface Loss {
  readonly what: string;
  readonly why: 'damaged' | 'missing';
  /** Whether the collector is stopped in order before, so that all is in the file. */
  readonly orderly: boolean;
  lose(file: string): void;
}

const losses: readonly Loss[] = [
  { what: 'deleted', why: 'missing', orderly: true, lose: (file) => rmSync(file) },
  { what: 'deleted, its log left behind', why: 'missing', orderly: false, lose: (file) => rmSync(file) },
  {
    what: 'overwritten',
    why: 'damaged',
    orderly: false,
    lose: (file) => writeFileSync(file, Buffer.alloc(50_000, 'no database')),
  },
  { what: 'damaged in its header', why: 'damaged', orderly: true, lose: (file) => flip(file, [4096, 8192]) },
  {
    what: 'damaged throughout',
    why: 'damaged',
    orderly: true,
    lose: (file) => flip(file, blocks(statSync(file).size)),
  },
];

/** Every block but the headers. */
function blocks(bytes: number): number[] {
  return Array.from({ length: Math.ceil((bytes - 12_288) / 4_096) }, (_, at) => 12_288 + at * 4_096 + 100);
}

function flip(file: string, offsets: readonly number[]): void {
  const handle = openSync(file, 'r+');
  for (const offset of offsets) writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, offset);
  closeSync(handle);
}

describe('the file of a day that is lost', () => {
  it.each(losses)(
    'is filled again from the journal: $what',
    async ({ why, orderly, lose }) => {
      const data = temporaryFolder();
      const now_ms = Date.now();
      const today = new Date(now_ms).toISOString().slice(0, 10);
      let collector = await startCollector({ data, environment });
      const { port } = collector;
      for (let first = 1; first <= 181; first += 20) {
        const spans = Array.from({ length: 20 }, (_, at) => ({
          number: first + at,
          start_ms: now_ms - (at % 2) * day_ms,
          question: `question ${first + at} ${'x'.repeat(500)}`,
        }));
        await sendChats(collector, spans);
      }
      // Twice: what senders repeat stays one.
      await sendChats(collector, [
        { number: 1, start_ms: now_ms },
        { number: 2, start_ms: now_ms - day_ms },
      ]);
      await untilStored(collector);
      if (orderly) await collector.stop();
      else await collector.kill();
      lose(join(data, 'days', `${today}.duckdb`));
      collector = await startCollector({ data, port, environment });
      await untilStored(collector);
      const counted =
        'SELECT count(*) AS n, count(DISTINCT span_id) AS ids, count(DISTINCT name) AS names FROM spans';
      expect(await collector.sql(counted)).toEqual([{ n: 200, ids: 200, names: 200 }]);
      expect(await collector.sql('SELECT count(*) AS n FROM messages')).toEqual([{ n: 200 }]);
      expect(collector.said()).toContain('The file of a day was lost.');
      const lost = [{ day: today, why, found: expect.any(String), lost_before: expect.any(String) }];
      const stats = await collector.get('/api/stats');
      expect(stats['damaged_days']).toEqual(lost);
      const set_aside = readdirSync(join(data, 'days')).some((name) => name.includes('.damaged-'));
      expect(set_aside).toBe(why === 'damaged');
      // It is told once, and known afterwards.
      await collector.stop();
      collector = await startCollector({ data, port, environment });
      expect(collector.said()).not.toContain('The file of a day was lost.');
      expect((await collector.get('/api/stats'))['damaged_days']).toEqual(lost);
      expect(await collector.sql(counted)).toEqual([{ n: 200, ids: 200, names: 200 }]);
    },
    90_000,
  );
});
