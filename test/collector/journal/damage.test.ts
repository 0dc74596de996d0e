import { describe, expect, it, vi } from 'vitest';
import { encodeRecord } from '../../../collector/src/journal/record.ts';
import { openTail } from '../../../collector/src/journal/tail.ts';
import { textRecord } from '../../support/journal.ts';
import { damageAtRandom, readJournal, writeJournal } from '../../support/journal-damage.ts';

describe('a damaged journal', () => {
  it('loses the records that were touched and no others', async () => {
    await damageAtRandom({ seed: 7, runs: 300 });
  });

  it('passes garbage without any record', async () => {
    const written = await writeJournal(['first', 'second'], 10);
    const file = written.disk.file(written.records[0]!.name);
    file.cached = Buffer.concat([file.cached, Buffer.alloc(5_000_000, 'garbage SXJ2')]);
    const { texts, damage } = await readJournal(written);
    expect(texts).toEqual(['first', 'second']);
    expect(damage).toEqual({ records: 0, bytes: 0, torn_tails: 1 });
  });

  it('counts what was lost', async () => {
    const written = await writeJournal(['first', 'second', 'third'], 1_000);
    const [, second] = written.records;
    const file = written.disk.file(second!.name);
    file.cached[second!.start + 20]! ^= 1;
    const { texts, damage } = await readJournal(written);
    expect(texts).toEqual(['first', 'third']);
    expect(damage).toEqual({ records: 1, bytes: second!.end - second!.start, torn_tails: 0 });
  });

  it('does not take for a record what a sender put into a body', async () => {
    const forged = { ...textRecord('forged'), tenant: 'somebody else' };
    // As good as a sender can make them that does not know where its request will lie.
    const inside = Array.from({ length: 400 }, (_, offset) =>
      Buffer.concat(encodeRecord(forged).at({ segment: 1_000, offset })),
    );
    const written = await writeJournal([Buffer.concat(inside), 'honest'], 100_000);
    const file = written.disk.file(written.records[0]!.name);
    file.cached[5]! ^= 1;
    expect((await readJournal(written)).texts).toEqual(['honest']);
  });

  it('reads everything once the disk can be read again', async () => {
    const written = await writeJournal(['first', 'second'], 1_000);
    let failures = 1;
    written.disk.plan = ({ name }) => (name === 'read' && failures-- > 0 ? { code: 'EIO' } : null);
    expect((await readJournal(written)).texts).toEqual(['first', 'second']);
  });

  it('does not wait for a disk that cannot be read when it is closed', async () => {
    const written = await writeJournal(['first', 'second'], 1_000);
    written.disk.plan = ({ name }) => (name === 'read' ? { code: 'EIO' } : null);
    const tail = openTail({
      ...{ folder: 'journal', from: null, body_bytes_max: 10_000, files: written.disk.files() },
    });
    tail.advance(written.durable);
    const waiting = tail.next(1_000);
    const { calls } = written.disk;
    await vi.waitUntil(() => written.disk.calls > calls + 3);
    await tail.close();
    expect(await waiting).toBeNull();
    expect(tail.damage).toEqual({ records: 0, bytes: 0, torn_tails: 0 });
  });
});
