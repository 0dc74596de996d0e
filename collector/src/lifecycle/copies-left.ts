import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What lies in the data folder and is not searched by an erasure: files that cannot be read any more, and backups.
 * They go with the retention, or when somebody removes them.
 */
export async function copiesLeft(data: string): Promise<string[]> {
  const days = await namesIn(join(data, 'days'));
  const backups = await namesIn(join(data, 'backups'));
  const set_aside = days.filter((name) => name.includes('.damaged-'));
  return [...set_aside.map((name) => `days/${name}`), ...backups.map((name) => `backups/${name}`)].sort();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
