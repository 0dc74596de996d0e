import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A journal is a folder of segments. The number of a segment is the time of its creation in milliseconds, or
 * one more than the newest number if that is later, so that a number is never used twice, not even when the
 * folder was emptied in between.
 */
export interface Segment {
  readonly number: number;
  readonly bytes: number;
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(15, '0')}.journal`);
}

/** The segments of a folder, oldest first. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{15}\.journal$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => ({
      number: Number.parseInt(name, 10),
      bytes: (await stat(join(folder, name))).size,
    })),
  );
}
