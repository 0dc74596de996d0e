import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SextantError } from './errors.ts';
import { disk_files } from './journal/files.ts';

/**
 * Makes the data folder and holds it for this process until it ends, however it ends: the lock is the operating
 * system's, on an SQLite file that holds nothing. Two collectors on one journal would lose what one of them
 * acknowledged.
 * @throws SextantError startup_failed when another collector holds the folder, or it cannot be written
 */
export async function lockData(folder: string): Promise<{ release(): void }> {
  try {
    await disk_files.createFolder(folder);
    // SQLite would only say that it is unable to open a file.
    await access(folder, constants.W_OK);
    return lock(folder);
  } catch (cause) {
    if (cause instanceof SextantError) throw cause;
    throw refusal(`The data folder ${folder} cannot be used (${(cause as Error).message})`, cause);
  }
}

function lock(folder: string): { release(): void } {
  const file = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    if (!/locked/i.test(String(cause))) throw cause;
    throw refusal(`Another collector uses the data folder ${folder}`, cause);
  }
  return { release: () => file.close() };
}

function refusal(what: string, cause: unknown): SextantError {
  return new SextantError('startup_failed', `${what}; choose another with --data.`, { cause });
}
