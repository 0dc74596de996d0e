import { truncateSync, unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disk_files } from '../../../collector/src/journal/files.ts';
import { openJournal } from '../../../collector/src/journal/journal.ts';
import { listSegments, segmentPath } from '../../../collector/src/journal/segments.ts';
import { openTail } from '../../../collector/src/journal/tail.ts';
import type { Position } from '../../../collector/src/stores/store.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { readTexts, textRecord } from '../../support/journal.ts';

async function write(folder: string, texts: string[], segment_bytes = 1_000_000) {
  const journal = await openJournal({ folder, segment_bytes, journal_bytes_max: 1e9 });
  const ends: Position[] = [];
  for (const text of texts) {
    await journal.append(textRecord(text));
    ends.push(journal.durable());
  }
  await journal.close();
  return { ends, durable: journal.durable() };
}

describe('journal tail', () => {
  it('continues after any position it has given', async () => {
    const folder = temporaryFolder();
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(200));
    const { ends, durable } = await write(folder, texts, 1_000);
    for (let done = 0; done < texts.length; done++) {
      const read = await readTexts({ folder, durable, from: ends[done]! });
      expect(read.texts).toEqual(texts.slice(done + 1));
    }
  });

  it('reports the positions the journal reported', async () => {
    const folder = temporaryFolder();
    const { ends, durable } = await write(folder, ['a', 'bb', 'ccc'], 30);
    expect((await readTexts({ folder, durable })).positions).toEqual(ends);
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
    const [segment] = await listSegments(folder, disk_files);
    truncateSync(segmentPath(folder, segment!.number), segment!.bytes - 50);
    const { durable } = await write(folder, ['later']);
    const read = await readTexts({ folder, durable });
    expect(read.texts).toEqual(['kept', 'later']);
    expect(read.damage).toEqual({ records: 0, bytes: 0, torn_tails: 1 });
  });

  it('goes on with the next segment when the one it was to read is gone', async () => {
    const folder = temporaryFolder();
    const { durable, ends } = await write(folder, ['x'.repeat(100), 'y'.repeat(100), 'z'], 60);
    unlinkSync(segmentPath(folder, ends[1]!.segment));
    expect((await readTexts({ folder, durable, from: ends[0]! })).texts).toEqual(['z']);
  });

  it('reads records larger than its buffer', async () => {
    const folder = temporaryFolder();
    const large = 'L'.repeat(9_000_000);
    const { durable } = await write(folder, ['a', large, 'b']);
    const { texts } = await readTexts({ folder, durable });
    expect(texts.map((text) => text.length)).toEqual([1, 9_000_000, 1]);
  });
});
