import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoError } from './demo-error.ts';

export interface DataFolder {
  readonly path: string;
  readonly is_temporary: boolean;
  /** Removes it where it is temporary. */
  close(): Promise<void>;
}

/**
 * The folder that is named, which must be empty so that simulated data never mixes with real data, or a new one.
 * @throws DemoError where the named folder has something in it
 */
export async function openDataFolder(named: string | undefined): Promise<DataFolder> {
  if (named === undefined || named === '') {
    const path = await mkdtemp(join(tmpdir(), 'sextant-demo-'));
    return { path, is_temporary: true, close: () => rm(path, { recursive: true, force: true }) };
  }
  await mkdir(named, { recursive: true });
  if ((await readdir(named)).length > 0) {
    throw new DemoError(`${named} is not empty. Give the demo a folder of its own in SEXTANT_DATA, or none.`);
  }
  return { path: named, is_temporary: false, close: async () => {} };
}
