import { pick } from '../url/parameters.ts';

/** The statement that was run. */
export interface SqlSearch {
  sql?: string;
}

export function readSqlSearch(raw: Readonly<Record<string, unknown>>): SqlSearch {
  return pick(raw, ['sql']);
}
