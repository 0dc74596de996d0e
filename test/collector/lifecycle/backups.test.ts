import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKeysFile } from '../../../collector/src/access/keys-file.ts';
import { segmentPath } from '../../../collector/src/journal/segments.ts';
import { type BackupParts, createBackups } from '../../../collector/src/lifecycle/backups.ts';
import { eventually } from '../../support/collector.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { recordingLog } from '../../support/log.ts';

const now = () => Date.UTC(2026, 10, 21, 12, 30);
const name = '2026-11-21T12-30-00.000Z';

function setUp(given: Partial<BackupParts> = {}) {
  const data = temporaryFolder();
  const journal_folder = join(data, 'journal');
  mkdirSync(journal_folder);
  const write = (number: number, content: string) =>
    writeFileSync(segmentPath(journal_folder, number), content);
  for (const number of [11, 12, 13]) write(number, `records of ${number}`);
  openKeysFile(data).close();
  const control = new DatabaseSync(join(data, 'control.sqlite'));
  control.exec("CREATE TABLE noted (what TEXT); INSERT INTO noted VALUES ('before')");
  onTestFinished(() => control.close());
  const log = recordingLog();
  const parts: BackupParts = {
    ...{ data, control, journal_folder, now, log, store: {} },
    journal: {
      async rotate() {
        write(14, 'begun');
        return { segment: 13, offset: 13 };
      },
    },
    ...given,
  };
  return { backups: createBackups(parts), data, write, control, log };
}

const isDone = (backups: ReturnType<typeof createBackups>) => async () =>
  (await backups.get(name))?.state !== 'running';

describe('a backup', () => {
  it('holds the closed segments under a second name, and the state', async () => {
    const { backups, data } = setUp();
    expect(backups.begin()).toMatchObject({ name, state: 'running', files: [] });
    await eventually(isDone(backups));
    const backup = await backups.get(name);
    expect(backup).toMatchObject({ state: 'done', folder: join(data, 'backups', name) });
    const segment = (number: number) => `journal/${String(number).padStart(15, '0')}.journal`;
    expect(backup?.files).toEqual([
      { path: 'control.sqlite', bytes: expect.any(Number) },
      ...[11, 12, 13].map((number) => ({ path: segment(number), bytes: 13 })),
      // Empty: it only keeps its number from being given again.
      { path: segment(14), bytes: 0 },
      { path: 'keys.sqlite', bytes: expect.any(Number) },
    ]);
    const inode = (path: string) => statSync(path).ino;
    expect(inode(join(data, 'backups', name, segment(12)))).toBe(inode(join(data, segment(12))));
    for (const path of ['control.sqlite', 'keys.sqlite', '.'])
      expect(statSync(join(data, 'backups', name, path)).mode & 0o077, path).toBe(0);
  });

  it('takes the state before the journal, and the days after it', async () => {
    const seen: string[] = [];
    const { backups, data, control } = setUp({
      journal: {
        async rotate() {
          seen.push(`rotate, with ${readdirSync(unfinished()).join(' and ')}`);
          control.exec("INSERT INTO noted VALUES ('after')");
          return { segment: 13, offset: 13 };
        },
      },
      store: {
        files: {
          async backUp(folder) {
            seen.push(`days, with ${readdirSync(join(unfinished(), 'journal')).length} segments`);
            mkdirSync(folder);
            writeFileSync(join(folder, '2026-11-21.duckdb'), 'rows');
          },
          daysOf: async () => [],
          readParquet: () => Promise.reject(new Error('Nobody asks.')),
          lostDays: () => [],
        },
      },
    });
    const unfinished = () => join(data, 'backups', `${name}.unfinished`);
    backups.begin();
    await eventually(isDone(backups));
    expect(seen).toEqual([
      'rotate, with control.sqlite and journal and keys.sqlite',
      'days, with 3 segments',
    ]);
    const copy = new DatabaseSync(join(data, 'backups', name, 'control.sqlite'), { readOnly: true });
    expect(copy.prepare('SELECT what FROM noted').all()).toMatchObject([{ what: 'before' }]);
    copy.close();
  });

  it('that fails is told of and leaves nothing that looks like one', async () => {
    const { backups, data, log } = setUp({
      journal: { rotate: () => Promise.reject(new Error('The disk is full.')) },
    });
    backups.begin();
    await eventually(isDone(backups));
    expect(await backups.get(name)).toMatchObject({ state: 'failed', files: [] });
    expect(log.lines).toEqual([expect.stringContaining('A backup failed.')]);
    await expect(backups.read(name, 'control.sqlite')).rejects.toMatchObject({ code: 'not_found' });
    expect(readdirSync(join(data, 'backups'))).toEqual([`${name}.unfinished`]);
  });

  it('is made alone', async () => {
    const { backups } = setUp();
    backups.begin();
    expect(() => backups.begin()).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    await backups.stop();
  });

  it('is read by the paths it lists, and removed', async () => {
    const { backups, data } = setUp();
    backups.begin();
    await backups.stop();
    const stream = await backups.read(name, 'journal/000000000000011.journal');
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('records of 11');
    for (const path of ['../../control.sqlite', 'journal', '', 'journal/../control.sqlite'])
      await expect(backups.read(name, path), path).rejects.toMatchObject({ code: 'not_found' });
    await backups.remove('../journal');
    expect(readdirSync(join(data, 'journal'))).toHaveLength(4);
    await backups.remove(name);
    expect(await backups.get(name)).toBeNull();
    expect(readFileSync(segmentPath(join(data, 'journal'), 11), 'utf8')).toBe('records of 11');
  });
});
