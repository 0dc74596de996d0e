import { join } from 'node:path';
import type { Options } from './options.ts';

/** Where things are in the data folder. */

export function journalFolder({ data }: Pick<Options, 'data'>): string {
  return join(data, 'journal');
}

/** The store's socket. In the data folder, so that its permissions are the folder's. */
export function socketPath({ data }: Pick<Options, 'data'>): string {
  return join(data, 'store.sock');
}
