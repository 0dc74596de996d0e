import { describe, expect, it } from 'vitest';
import { type Journal, openJournal } from '../../../collector/src/journal/journal.ts';
import { readTexts, textRecord } from '../../support/journal.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type Call, type Fault, SimulatedDisk } from '../../support/simulated-disk.ts';

interface OpenOptions {
  readonly disk: SimulatedDisk;
  readonly journal_keep_bytes?: number;
  readonly journal_bytes_max?: number;
  readonly onRefuse?: (why: Error) => void;
  /** How far the clock goes whenever somebody looks at it. */
  readonly clock_step_ms?: number;
}

/** A journal in which every record of 100 bytes and more fills a segment. */
async function open({ disk, clock_step_ms = 1, ...options }: OpenOptions): Promise<Journal> {
  let now_ms = 1_000;
  const now = () => {
    now_ms += clock_step_ms;
    return now_ms;
  };
  return await openJournal({
    folder: 'journal',
    segment_bytes: 100,
    journal_bytes_max: 1_000_000,
    files: disk.files(),
    now,
    ...options,
  });
}

/** So long that a record has 1,000 bytes in all. */
const text = (letter: string) => letter.repeat(965);
const appendAll = async (journal: Journal, letters: string) => {
  for (const letter of letters) await journal.append(textRecord(text(letter)));
};
const lettersIn = async (disk: SimulatedDisk, journal: Journal) => {
  const { texts } = await readTexts({ folder: 'journal', durable: journal.durable(), files: disk.files() });
  return texts.map((one) => one[0]).join('');
};
const newDisk = () => new SimulatedDisk(seededRandom(1));

describe('room in the journal', () => {
  it('keeps the newest stored segments, as many as asked for', async () => {
    const disk = newDisk();
    const journal = await open({ disk, journal_keep_bytes: 3_500 });
    await appendAll(journal, 'abcdefg');
    const stored_through_e = { segment: Number.parseInt(disk.names[4]!, 10), offset: 1_000 };
    await journal.release(stored_through_e);
    expect(await lettersIn(disk, journal)).toBe('cdefg');
    expect(journal.bytes()).toBe(5_000);
    // Said again after a restart, when nobody knew which were stored.
    await journal.close();
    const again = await open({ disk, journal_keep_bytes: 1_000 });
    expect(await lettersIn(disk, again)).toBe('cdefg');
    await again.release(stored_through_e);
    expect(await lettersIn(disk, again)).toBe('efg');
  });

  it('never lets kept segments stand in the way of new records', async () => {
    const disk = newDisk();
    const journal = await open({ disk, journal_keep_bytes: 1_000_000, journal_bytes_max: 4_500 });
    await appendAll(journal, 'abcd');
    await expect(journal.append(textRecord(text('e')))).rejects.toThrow('size limit');
    await journal.release({ segment: Number.parseInt(disk.names[1]!, 10), offset: 1_000 });
    await appendAll(journal, 'e');
    expect(await lettersIn(disk, journal)).toBe('bcde');
    await appendAll(journal, 'f');
    expect(await lettersIn(disk, journal)).toBe('cdef');
    await expect(journal.append(textRecord(text('g')))).rejects.toThrow('size limit');
    expect(disk.bytes).toBe(4_000);
  });

  it('counts records that wait to be written', async () => {
    const disk = newDisk();
    const journal = await open({ disk, journal_bytes_max: 4_500 });
    const results = await Promise.allSettled(
      [...'abcdefgh'].map((letter) => journal.append(textRecord(text(letter)))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await lettersIn(disk, journal)).toBe('abcd');
  });

  it('does not give up what has to be stored again', async () => {
    const disk = newDisk();
    const journal = await open({ disk, journal_keep_bytes: 1_000_000, journal_bytes_max: 3_500 });
    await appendAll(journal, 'abc');
    await journal.release(journal.durable());
    await journal.release({ segment: 0, offset: 0 });
    await expect(journal.append(textRecord(text('d')))).rejects.toThrow('size limit');
    expect(await lettersIn(disk, journal)).toBe('abc');
  });

  it.each(['write', 'create'])('gives up kept segments before a full disk refuses (%s)', async (name) => {
    const disk = newDisk();
    const refusals: string[] = [];
    const onRefuse = (why: Error) => refusals.push(String((why.cause as Error).message));
    const journal = await open({ disk, journal_keep_bytes: 1_000_000, onRefuse });
    await appendAll(journal, 'abcd');
    await journal.release({ segment: Number.parseInt(disk.names[1]!, 10), offset: 1_000 });
    // Room for four segments of the size.
    disk.plan = fullAbove(disk, name, 3_000);
    await appendAll(journal, 'e');
    expect(await lettersIn(disk, journal)).toBe('bcde');
    await appendAll(journal, 'f');
    expect(refusals).toEqual([]);
    await expect(journal.append(textRecord(text('g')))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(await lettersIn(disk, journal)).toBe('cdef');
    expect(refusals).toEqual(['Simulated ENOSPC']);
    await journal.release({ segment: Number.parseInt(disk.names[0]!, 10), offset: 1_000 });
    await appendAll(journal, 'h');
    expect(await lettersIn(disk, journal)).toBe('defh');
  });

  it('leaves the last tenth of the disk to the store', async () => {
    const disk = newDisk();
    const total_bytes = 10_000;
    let others_bytes = 5_500;
    Object.defineProperty(disk, 'room', {
      get: () => ({ free_bytes: total_bytes - others_bytes - disk.bytes, total_bytes }),
    });
    const journal = await open({ disk, journal_keep_bytes: 1_000_000, clock_step_ms: 2_000 });
    await appendAll(journal, 'abc');
    await journal.release({ segment: Number.parseInt(disk.names[0]!, 10), offset: 1_000 });
    await appendAll(journal, 'd');
    expect(await lettersIn(disk, journal)).toBe('bcd');
    await expect(journal.append(textRecord(text('e')))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    others_bytes -= 1_000;
    await appendAll(journal, 'f');
    expect(await lettersIn(disk, journal)).toBe('bcdf');
    // The store needs more and more of it, and what it has stored gives way.
    others_bytes += 1_800;
    await journal.release({ segment: Number.parseInt(disk.names[2]!, 10), offset: 1_000 });
    expect(await lettersIn(disk, journal)).toBe('df');
  });

  it('starts on a full disk, offers what it holds, and takes records once there is room', async () => {
    const disk = newDisk();
    const first = await open({ disk });
    await appendAll(first, 'abc');
    disk.kill();
    disk.plan = fullAbove(disk, 'create', 2_500);
    const journal = await open({ disk });
    expect(journal.isAccepting()).toBe(false);
    await expect(journal.append(textRecord(text('d')))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(await lettersIn(disk, journal)).toBe('abc');
    await journal.release(journal.durable());
    await appendAll(journal, 'e');
    expect(await lettersIn(disk, journal)).toBe('e');
    expect(journal.durable().segment).toBeGreaterThan(1_002);
  });

  it('closes a segment on demand, and forgets what lies before, stored or not', async () => {
    const disk = newDisk();
    const journal = await openJournal({
      folder: 'journal',
      segment_bytes: 1e9,
      journal_bytes_max: 1e9,
      journal_keep_bytes: 1e9,
      files: disk.files(),
    });
    await appendAll(journal, 'ab');
    const acknowledged = journal.durable();
    const waiting = journal.append(textRecord(text('c')));
    const position = await journal.rotate();
    await waiting;
    await appendAll(journal, 'd');
    expect(position.segment).toBe(acknowledged.segment);
    expect(position.offset).toBeGreaterThanOrEqual(acknowledged.offset);
    expect(journal.durable().segment).toBeGreaterThan(position.segment);
    await journal.forget({ ...position, offset: position.offset - 1 });
    expect(await lettersIn(disk, journal)).toBe('abcd');
    await journal.forget(position);
    expect(await lettersIn(disk, journal)).toMatch(/^c?d$/);
    // Nothing was written since: there is nothing to close.
    const empty = await journal.rotate();
    expect(await journal.rotate()).toEqual({ segment: journal.durable().segment, offset: 0 });
    await journal.forget(empty);
    expect(await lettersIn(disk, journal)).toBe('');
    expect(disk.names).toHaveLength(1);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'brings nothing back that was forgotten when the power fails (%i)',
    async (seed) => {
      const disk = new SimulatedDisk(seededRandom(seed));
      const journal = await open({ disk, journal_keep_bytes: 1_000_000 });
      await appendAll(journal, 'abc');
      await journal.forget(await journal.rotate());
      disk.cutPower();
      expect(disk.bytes).toBe(0);
    },
  );

  it('tries again to remove what could not be removed', async () => {
    const disk = newDisk();
    const journal = await open({ disk });
    await appendAll(journal, 'abc');
    disk.plan = ({ name }) => (name === 'remove' ? { code: 'EIO' } : null);
    await expect(journal.release(journal.durable())).rejects.toThrow('EIO');
    expect(journal.bytes()).toBe(disk.bytes);
    disk.plan = () => null;
    await journal.release(journal.durable());
    expect(disk.names).toHaveLength(1);
    expect(journal.bytes()).toBe(disk.bytes);
  });
});

/** A disk that takes nothing more of a kind while there are so many bytes on it. */
function fullAbove(disk: SimulatedDisk, full_name: string, bytes: number) {
  return ({ name }: Call): Fault | null =>
    name === full_name && disk.bytes > bytes ? { code: 'ENOSPC' } : null;
}
