import { appendFileSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../collector/src/journal/journal.ts';
import type { RecordContent } from '../../../collector/src/journal/record.ts';
import { listSegments, segmentPath } from '../../../collector/src/journal/segments.ts';
import { type JournalTail, openTail } from '../../../collector/src/journal/tail.ts';
import type { Position } from '../../../collector/src/stores/store.ts';
import { temporaryFolder } from '../../support/folder.ts';

const record = (text: string): RecordContent => ({
  signal: 'traces',
  encoding: 'gzip',
  content_type: 'protobuf',
  tenant: 'default',
  received_ms: 1,
  body: Buffer.from(text),
});

async function write(folder: string, texts: string[], segment_bytes = 1_000_000) {
  const journal = await openJournal({ folder, segment_bytes, journal_bytes_max: 1e9 });
  const ends: Position[] = [];
  for (const text of texts) {
    await journal.append(record(text));
    ends.push(journal.durable());
  }
  await journal.close();
  return { ends, durable: journal.durable() };
}

async function drain(tail: JournalTail): Promise<{ text: string; position: Position }[]> {
  const found: { text: string; position: Position }[] = [];
  while ((await tail.lag_bytes(tail.position())) > 0) {
    const records = await Promise.race([
      tail.next(1),
      new Promise<null>((resolve) => setTimeout(resolve, 300, null)),
    ]);
    if (!records) break;
    found.push(...records.map(({ body, position }) => ({ text: body.toString(), position })));
  }
  await tail.close();
  return found;
}

describe('journal tail', () => {
  it('continues after any position it has given', async () => {
    const folder = temporaryFolder();
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(200));
    const { ends, durable } = await write(folder, texts, 1_000);
    for (let done = 0; done < texts.length; done++) {
      const tail = openTail({ folder, from: ends[done]!, body_bytes_max: 10_000 });
      tail.advance(durable);
      expect((await drain(tail)).map(({ text }) => text)).toEqual(texts.slice(done + 1));
    }
  });

  it('reports the positions the journal reported', async () => {
    const folder = temporaryFolder();
    const { ends, durable } = await write(folder, ['a', 'bb', 'ccc'], 30);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
    tail.advance(durable);
    expect((await drain(tail)).map(({ position }) => position)).toEqual(ends);
  });

  it('does not read beyond what is durable', async () => {
    const folder = temporaryFolder();
    const { ends } = await write(folder, ['first', 'second']);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
    tail.advance(ends[0]!);
    expect((await tail.next(1000))?.map(({ body }) => body.toString())).toEqual(['first']);
    const waiting = tail.next(1000);
    tail.advance(ends[1]!);
    expect((await waiting)?.map(({ body }) => body.toString())).toEqual(['second']);
    await tail.close();
  });

  it('waits, and ends with null when it is closed', async () => {
    const folder = temporaryFolder();
    const { durable } = await write(folder, []);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
    tail.advance(durable);
    const waiting = tail.next(1000);
    await tail.close();
    expect(await waiting).toBeNull();
  });

  it('passes a torn tail of an earlier run', async () => {
    const folder = temporaryFolder();
    await write(folder, ['kept', 'torn'.repeat(100)]);
    const [segment] = await listSegments(folder);
    truncateSync(segmentPath(folder, segment!.number), segment!.bytes - 50);
    const { durable } = await write(folder, ['later']);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
    tail.advance(durable);
    expect((await drain(tail)).map(({ text }) => text)).toEqual(['kept', 'later']);
    expect(tail.damage).toEqual({ records: 0, bytes: 0, torn_tails: 1 });
  });

  it('goes on with the next segment when the one it was to read is gone', async () => {
    const folder = temporaryFolder();
    const { durable, ends } = await write(folder, ['x'.repeat(100), 'y'.repeat(100), 'z'], 60);
    unlinkSync(segmentPath(folder, ends[1]!.segment));
    const tail = openTail({ folder, from: ends[0]!, body_bytes_max: 10_000 });
    tail.advance(durable);
    expect((await drain(tail)).map(({ text }) => text)).toEqual(['z']);
  });

  it('reads records larger than its buffer', async () => {
    const folder = temporaryFolder();
    const large = 'L'.repeat(9_000_000);
    const { durable } = await write(folder, ['a', large, 'b']);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000_000 });
    tail.advance(durable);
    expect((await drain(tail)).map(({ text }) => text.length)).toEqual([1, 9_000_000, 1]);
  });

  it('loses only the damaged record when bytes in the middle change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4), fc.nat(), fc.nat(254), async (index, place, change) => {
        const folder = temporaryFolder();
        const texts = Array.from({ length: 6 }, (_, number) => `record ${number} ${'x'.repeat(50)}`);
        const { ends, durable } = await write(folder, texts);
        const path = segmentPath(folder, durable.segment);
        const content = readFileSync(path);
        const start = index === 0 ? 0 : ends[index - 1]!.offset;
        const target = start + (place % (ends[index]!.offset - start));
        content[target] = (content[target]! + change + 1) % 256;
        writeFileSync(path, content);
        const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
        tail.advance(durable);
        expect((await drain(tail)).map(({ text }) => text)).toEqual(
          texts.filter((_, number) => number !== index),
        );
        expect(tail.damage.records).toBe(1);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('passes garbage without any record', async () => {
    const folder = temporaryFolder();
    const first = await write(folder, ['good']);
    appendFileSync(segmentPath(folder, first.durable.segment), Buffer.alloc(5_000_000, 'garbage'));
    const { durable } = await write(folder, ['later']);
    const tail = openTail({ folder, from: null, body_bytes_max: 10_000 });
    tail.advance(durable);
    expect((await drain(tail)).map(({ text }) => text)).toEqual(['good', 'later']);
  });
});
