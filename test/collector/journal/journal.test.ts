import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disk_files, type JournalFiles } from '../../../collector/src/journal/files.ts';
import { type Journal, openJournal } from '../../../collector/src/journal/journal.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { readTexts, textRecord } from '../../support/journal.ts';

const open = (folder: string, files?: JournalFiles) =>
  openJournal({ folder, segment_bytes: 1000, journal_bytes_max: 100_000, ...(files ? { files } : {}) });

const textsOf = async (folder: string, journal: Journal) =>
  (await readTexts({ folder, durable: journal.durable() })).texts;

/** The disk, with failures to be switched on. */
function faultyFiles() {
  const faults = {
    write: null as Error | null,
    sync: null as Error | null,
    truncate: null as Error | null,
    writes: 0,
    syncs: 0,
  };
  const files: JournalFiles = {
    ...disk_files,
    async create(path) {
      const file = await disk_files.create(path);
      return {
        ...file,
        async write(buffers, offset) {
          faults.writes += 1;
          if (faults.write) {
            // A short write leaves a part behind, as a full disk does.
            await file.write([Buffer.concat(buffers).subarray(0, 10)], offset);
            throw faults.write;
          }
          await file.write(buffers, offset);
        },
        async sync() {
          faults.syncs += 1;
          if (faults.sync) throw faults.sync;
          await file.sync();
        },
        async truncate(bytes) {
          if (faults.truncate) throw faults.truncate;
          await file.truncate(bytes);
        },
      };
    },
  };
  return { faults, files };
}

const appendAll = (journal: Journal, texts: string[]) =>
  Promise.all(texts.map((text) => journal.append(textRecord(text))));

describe('journal', () => {
  it('keeps the order, over segments and restarts', async () => {
    const folder = temporaryFolder();
    const first = await open(folder);
    const texts = Array.from({ length: 50 }, (_, index) => `record ${index} ${'x'.repeat(index * 3)}`);
    for (const text of texts.slice(0, 30)) await first.append(textRecord(text));
    await first.close();
    const second = await open(folder);
    for (const text of texts.slice(30)) await second.append(textRecord(text));
    expect(await textsOf(folder, second)).toEqual(texts);
    expect(readdirSync(folder).length).toBeGreaterThan(3);
    await second.close();
  });

  it('commits records that wait together with one sync', async () => {
    const { faults, files } = faultyFiles();
    const journal = await open(temporaryFolder(), files);
    await appendAll(
      journal,
      Array.from({ length: 20 }, (_, index) => `r${index}`),
    );
    expect(faults.syncs).toBe(1);
    await journal.close();
  });

  it('refuses while the disk is full, and goes on afterwards without a trace of the failure', async () => {
    const folder = temporaryFolder();
    const { faults, files } = faultyFiles();
    const journal = await open(folder, files);
    await journal.append(textRecord('before'));
    faults.write = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await expect(journal.append(textRecord('refused'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    faults.write = null;
    await journal.append(textRecord('after'));
    expect(await textsOf(folder, journal)).toEqual(['before', 'after']);
    await journal.close();
  });

  it('refuses everything after a failed sync, until it is opened again', async () => {
    const folder = temporaryFolder();
    const { faults, files } = faultyFiles();
    const journal = await open(folder, files);
    await journal.append(textRecord('before'));
    faults.sync = Object.assign(new Error('input/output error'), { code: 'EIO' });
    await expect(journal.append(textRecord('unsure'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    faults.sync = null;
    await expect(journal.append(textRecord('refused'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await journal.close();
    const again = await open(folder);
    await again.append(textRecord('after'));
    const texts = await textsOf(folder, again);
    expect(texts.filter((text) => text !== 'unsure')).toEqual(['before', 'after']);
    await again.close();
  });

  it('refuses everything when a failed write cannot be taken back', async () => {
    const { faults, files } = faultyFiles();
    const journal = await open(temporaryFolder(), files);
    faults.write = new Error('no space');
    faults.truncate = new Error('input/output error');
    await expect(journal.append(textRecord('refused'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    faults.write = null;
    await expect(journal.append(textRecord('refused too'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await journal.close();
  });

  it('refuses beyond its size limit and takes records again when segments are released', async () => {
    const folder = temporaryFolder();
    const journal = await openJournal({ folder, segment_bytes: 500, journal_bytes_max: 2_000 });
    const text = 'x'.repeat(300);
    for (let count = 0; count < 5; count++) await journal.append(textRecord(text));
    await expect(journal.append(textRecord('y'.repeat(700)))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await journal.release(journal.durable());
    await journal.append(textRecord('y'.repeat(700)));
    expect(readdirSync(folder).length).toBeLessThanOrEqual(2);
    await journal.close();
  });

  it('releases only segments of which every record was passed', async () => {
    const folder = temporaryFolder();
    const journal = await open(folder);
    for (let count = 0; count < 10; count++) await journal.append(textRecord(`${count} ${'x'.repeat(400)}`));
    const names = readdirSync(folder).sort();
    const second = Number.parseInt(names[1]!, 10);
    await journal.release({ segment: second, offset: 10 });
    expect(readdirSync(folder).sort()).toEqual(names.slice(1));
    await journal.close();
  });

  it('never gives a number to two segments, even when the clock goes back', async () => {
    const folder = temporaryFolder();
    const options = { folder, segment_bytes: 10, journal_bytes_max: 100_000 };
    const first = await openJournal({ ...options, now: () => 5_000 });
    await first.append(textRecord('a'));
    await first.close();
    const second = await openJournal({ ...options, now: () => 1_000 });
    await second.append(textRecord('b'));
    expect(second.durable().segment).toBeGreaterThan(5_000);
    expect(await textsOf(folder, second)).toEqual(['a', 'b']);
    await second.close();
  });
});
