import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SextantError } from './errors.ts';

/**
 * Holds the data folder for this process until it ends, however it ends: the lock is the operating system's, on
 * an SQLite file that holds nothing. Two collectors on one journal would lose what one of them acknowledged.
 * @throws SextantError startup_failed when another collector holds the folder
 */
export function lockData(folder: string): { release(): void } {
  const file = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    if (!/locked/i.test(String(cause))) throw cause;
    throw new SextantError('startup_failed', `Another collector uses the data folder ${folder}.`, { cause });
  }
  return { release: () => file.close() };
}
