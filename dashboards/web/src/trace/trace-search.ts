import { pick } from '../url/parameters.ts';

/** The span looked at. Absent: the one that says most about the trace. */
export interface TraceSearch {
  span?: string;
}

export function readTraceSearch(raw: Readonly<Record<string, unknown>>): TraceSearch {
  return pick(raw, ['span']);
}
