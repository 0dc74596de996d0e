import { closeSync, createReadStream, openSync, type ReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import { disk_files } from '../journal/files.ts';
import { listSegments, segmentPath } from '../journal/segments.ts';
import type { Log } from '../log.ts';
import type { Store } from '../stores/store.ts';
import { syncPath } from '../sync-files.ts';
import type { JournalRequests } from './journal-requests.ts';

/**
 * Backups of the data folder while the collector runs. A collector started with a copy of `backups/<time>` as its
 * data folder goes on from there.
 *
 * Everything that was acknowledged before a backup began is in it, once, because of the order:
 *
 * 1. The control database, with the position up to which everything is stored. It can only be too low for the
 *    day files copied after it, and each of those knows its own position.
 * 2. The journal: the open segment is closed, so all that was acknowledged lies in closed segments, which never
 *    change again and need no copy, only another name. One that is missing by now was stored before it went, and
 *    so is in the day files.
 * 3. The day files.
 * 4. An empty segment with the newest number there is. Numbers of segments must never return: records in one
 *    with a lower number than the copied day files know would count as stored.
 */
export interface Backups {
  /** Begins a backup. @throws SextantError rate_limited while another is made */
  begin(): Backup;
  /** Null where there is none of this name. */
  get(name: string): Promise<Backup | null>;
  /** @throws SextantError not_found */
  read(name: string, path: string): Promise<ReadStream>;
  remove(name: string): Promise<void>;
  /** Removes backups made before a time, and what interrupted ones left. */
  removeBefore(time_ms: number): Promise<void>;
  /** Resolves when the backup under way has ended. */
  stop(): Promise<void>;
}

export interface Backup {
  /** When it was begun; also the name of its folder. */
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Where it lies on the machine of the collector. */
  readonly folder: string;
  /** Empty until it is done. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

export interface BackupParts {
  /** Data folder. */
  readonly data: string;
  readonly control: DatabaseSync;
  readonly store: Pick<Store, 'files'>;
  readonly journal_folder: string;
  readonly journal: Pick<JournalRequests, 'rotate'>;
  readonly now: () => number;
  readonly log: Log;
}

export function createBackups(parts: BackupParts): Backups {
  const root = join(parts.data, 'backups');
  let current: { readonly name: string; failed: boolean; readonly done: Promise<void> } | null = null;

  async function make(name: string): Promise<void> {
    const unfinished = join(root, `${name}${unfinished_suffix}`);
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    await fill(unfinished, parts);
    await rename(unfinished, join(root, name));
    await syncPath(root);
  }

  function begin(): Backup {
    if (current !== null && !current.failed)
      throw new SextantError('rate_limited', 'A backup is being made.');
    const name = new Date(parts.now()).toISOString().replaceAll(':', '-');
    const state = { name, failed: false, done: Promise.resolve() };
    state.done = make(name).then(
      () => {
        if (current === state) current = null;
      },
      (error: unknown) => {
        state.failed = true;
        parts.log.error({ error, backup: name }, 'A backup failed.');
      },
    );
    current = state;
    return { name, state: 'running', folder: join(root, name), files: [] };
  }

  async function get(name: string): Promise<Backup | null> {
    if (!name_form.test(name)) return null;
    const folder = join(root, name);
    if (current?.name === name)
      return { name, state: current.failed ? 'failed' : 'running', folder, files: [] };
    const files = await listFiles(folder);
    return files === null ? null : { name, state: 'done', folder, files };
  }

  return {
    begin,
    get,
    async read(name, path) {
      const backup = await get(name);
      const is_listed = backup?.files.some((file) => file.path === path) ?? false;
      if (!is_listed) throw new SextantError('not_found', 'The backup has no such file.');
      return createReadStream(join(root, name, path));
    },
    async remove(name) {
      if ((await get(name))?.state === 'done') await rm(join(root, name), { recursive: true, force: true });
    },
    async removeBefore(time_ms) {
      for (const entry of await readdir(root).catch(() => [])) {
        const name = entry.replace(unfinished_suffix, '');
        if (!name_form.test(name) || current?.name === name) continue;
        const is_old = timeOf(name) < time_ms;
        if (is_old || entry !== name) await rm(join(root, entry), { recursive: true, force: true });
      }
    },
    stop: async () => await current?.done,
  };
}

const unfinished_suffix = '.unfinished';
const name_form = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z$/;

function timeOf(name: string): number {
  return Date.parse(name.replace(/T(\d{2})-(\d{2})-/, 'T$1:$2:'));
}

async function fill(folder: string, parts: BackupParts): Promise<void> {
  copyDatabase(parts.control, join(folder, 'control.sqlite'));
  const keys = new DatabaseSync(join(parts.data, 'keys.sqlite'), { readOnly: true });
  try {
    copyDatabase(keys, join(folder, 'keys.sqlite'));
  } finally {
    keys.close();
  }
  const copied_journal = join(folder, 'journal');
  await mkdir(copied_journal, { mode: 0o700 });
  const { segment: last_closed } = await parts.journal.rotate();
  for (const { number } of await listSegments(parts.journal_folder, disk_files)) {
    if (number <= last_closed) await linkSegment(number, parts.journal_folder, copied_journal);
  }
  await parts.store.files?.backUp(join(folder, 'days'));
  const newest = (await listSegments(parts.journal_folder, disk_files)).at(-1)?.number ?? last_closed;
  await (await open(segmentPath(copied_journal, newest), 'a', 0o600)).close();
  for (const path of ['control.sqlite', 'keys.sqlite', 'journal', '.']) await syncPath(join(folder, path));
}

function copyDatabase(database: DatabaseSync, path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
  database.prepare('VACUUM INTO ?').run(path);
}

async function linkSegment(number: number, from: string, to: string): Promise<void> {
  try {
    await link(segmentPath(from, number), segmentPath(to, number));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    // Some file systems know no second name for a file.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    await copyFile(segmentPath(from, number), segmentPath(to, number));
    await syncPath(segmentPath(to, number));
  }
}

/** Every file of a folder and its folders, by its path in it; null where there is no such folder. */
async function listFiles(folder: string): Promise<Backup['files'] | null> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  const paths = entries?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (!paths) return null;
  return await Promise.all(
    paths.sort().map(async (path) => ({
      path: path.slice(folder.length + 1),
      bytes: (await stat(path)).size,
    })),
  );
}
