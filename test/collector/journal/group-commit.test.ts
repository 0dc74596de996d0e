import { describe, expect, it } from 'vitest';
import { disk_files, type JournalFiles } from '../../../collector/src/journal/files.ts';
import { type Journal, openJournal } from '../../../collector/src/journal/journal.ts';
import { encodeRecord } from '../../../collector/src/journal/record.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { textRecord } from '../../support/journal.ts';
import { slowFiles } from '../../support/slow-files.ts';

const open = (files: JournalFiles): Promise<Journal> =>
  openJournal({ folder: temporaryFolder(), segment_bytes: 1e9, journal_bytes_max: 1e9, files });

describe('group commit', () => {
  it('lets 16 connections share the syncs of a slow disk', async () => {
    const { files, syncs } = slowFiles(4);
    const journal = await open(files);
    const rounds = 20;
    const connection = async () => {
      for (let round = 0; round < rounds; round++) await journal.append(textRecord('x'.repeat(100)));
    };
    await Promise.all(Array.from({ length: 16 }, connection));
    await journal.close();
    // At best one sync a round; two when some connections were a little late for each.
    expect(syncs()).toBeLessThanOrEqual(rounds * 2 + 1);
    expect(syncs()).toBeGreaterThanOrEqual(rounds);
  });

  it('writes the next records while a sync runs, and acknowledges them with the next one', async () => {
    const gate = gatedFiles();
    const journal = await open(gate.files);
    const settled: string[] = [];
    const append = (text: string) => journal.append(textRecord(text)).then(() => settled.push(text));
    const first = append('first');
    await gate.syncAsked(1);
    const later = [append('second'), append('third')];
    await gate.written(2);
    const fourth = append('fourth');
    await gate.written(3);
    expect(settled).toEqual([]);
    const { segment } = journal.durable();
    expect(journal.durable()).toEqual({ segment, offset: 0 });

    gate.endSync();
    await first;
    expect(settled).toEqual(['first']);
    const after_first = { segment, offset: encodeRecord(textRecord('first')).bytes };
    expect(journal.durable()).toEqual(after_first);
    await gate.syncAsked(2);
    expect(journal.durable()).toEqual(after_first);

    gate.endSync();
    await Promise.all([...later, fourth]);
    expect(settled).toEqual(['first', 'second', 'third', 'fourth']);
    expect(journal.durable()).toEqual({ segment, offset: journal.bytes() });
    await journal.close();
  });

  it('refuses what was written during a sync that fails', async () => {
    const gate = gatedFiles();
    const journal = await open(gate.files);
    const first = journal.append(textRecord('first'));
    await gate.syncAsked(1);
    const second = journal.append(textRecord('second'));
    await gate.written(2);
    gate.failSync();
    await expect(first).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(second).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(gate.syncs()).toBe(1);
    expect(journal.isAccepting()).toBe(false);
    await journal.close();
  });
});

/** The disk, with syncs that end when they are told to. */
function gatedFiles() {
  let writes = 0;
  const pending: { resolve(): void; reject(error: Error): void }[] = [];
  let syncs = 0;
  const files: JournalFiles = {
    ...disk_files,
    async create(path) {
      const file = await disk_files.create(path);
      return {
        ...file,
        async write(buffers, offset) {
          await file.write(buffers, offset);
          writes += 1;
        },
        async sync() {
          syncs += 1;
          await new Promise<void>((resolve, reject) => {
            pending.push({ resolve, reject });
          });
        },
      };
    },
  };
  const reached = async (count: () => number, wanted: number) => {
    while (count() < wanted) await new Promise(setImmediate);
    // What follows from it in the journal happens before the next turn.
    await new Promise(setImmediate);
  };
  return {
    files,
    syncs: () => syncs,
    written: (wanted: number) => reached(() => writes, wanted),
    syncAsked: (wanted: number) => reached(() => syncs, wanted),
    endSync: () => pending.shift()?.resolve(),
    failSync: () => pending.shift()?.reject(Object.assign(new Error('input/output error'), { code: 'EIO' })),
  };
}
