import { join } from 'node:path';
import type { JournalFiles } from './files.ts';

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

/** The segments of a folder, oldest first. One that goes while they are listed is left out. */
export async function listSegments(folder: string, files: JournalFiles): Promise<Segment[]> {
  const names = (await files.list(folder)).filter((name) => /^\d{15}\.journal$/.test(name)).sort();
  const segments = await Promise.all(
    names.map(async (name) => ({
      number: Number.parseInt(name, 10),
      bytes: await files.size(join(folder, name)),
    })),
  );
  return segments.filter((segment): segment is Segment => segment.bytes !== null);
}
