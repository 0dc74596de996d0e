import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Whether the real inputs lie beside the project. Tests that need them are skipped, loudly, where they do not. */
export const has_shared_data = existsSync(folder);
if (!has_shared_data) console.warn('SKIPPED: the real inputs are not there, so tests on them do not run.');

export function sharedPath(path: string): string {
  return folder + path;
}

export function readShared(path: string): string {
  const bytes = readFileSync(folder + path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
