import { createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SextantError } from '../errors.ts';
import type { Backup } from '../lifecycle/backups.ts';
import { post, request } from './client.ts';
import { type Collector, type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { waitFor } from './wait-for.ts';

export interface BackupFlags {
  readonly out?: string;
  readonly url?: string;
}

/**
 * Has the running collector make a backup. With `--out` it is fetched into that folder and removed from the
 * machine of the collector; without, it stays there and its folder is printed.
 */
export async function runBackup(context: CommandContext, flags: BackupFlags): Promise<ExitCode> {
  const { signal } = context;
  const { out } = flags;
  if (out !== undefined) await makeEmptyFolder(out);
  const collector = collectorOf(context, flags);
  const { name } = (await post(collector, '/api/backup', {}, signal)) as Backup;
  const path = `/api/backup/${name}`;
  const backup = await waitFor<Backup>(collector, { path, signal }, ({ state }) => state !== 'running');
  if (backup.state === 'failed')
    throw new SextantError('internal', 'The backup failed; the log of the collector says why.');
  if (out === undefined) {
    context.out(`${backup.folder}\n`);
    return exit_codes.ok;
  }
  for (const file of backup.files) {
    context.error(`${file.path}\n`);
    await fetchFile(collector, { backup, file, out, signal });
  }
  await request(collector, { method: 'DELETE', path, signal });
  context.out(`${out}\n`);
  return exit_codes.ok;
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new SextantError('bad_request', `${folder} is not empty.`);
}

interface Fetching {
  readonly backup: Backup;
  readonly file: Backup['files'][number];
  readonly out: string;
  readonly signal: AbortSignal;
}

/** What a file of a backup may be called: the collector on the other side may be anybody. */
const path_form = /^((days|journal)\/)?[a-z0-9][a-z0-9.-]*$/;

async function fetchFile(collector: Collector, { backup, file, out, signal }: Fetching): Promise<void> {
  if (!path_form.test(file.path))
    throw new SextantError('internal', `The backup has a file of a strange name: ${file.path}.`);
  const local = join(out, file.path);
  await mkdir(dirname(local), { recursive: true, mode: 0o700 });
  const path = `/api/backup/${backup.name}/file?path=${encodeURIComponent(file.path)}`;
  const { body } = await request(collector, { method: 'GET', path, signal });
  // On disk when it is written: the copy on the other side goes afterwards.
  const target = createWriteStream(local, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(body ?? [], target, { signal });
  if ((await stat(local)).size !== file.bytes)
    throw new SextantError('internal', `${file.path} did not arrive whole.`);
}
