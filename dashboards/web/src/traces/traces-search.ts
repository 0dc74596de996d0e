import type { TraceQuery } from '../api/client.ts';
import { pick } from '../url/parameters.ts';
import { isRelative, type RangeSearch, readRange, toPeriodQuery } from '../url/time-range.ts';

export const traces_default_range = '24h';

/** Filters of the trace list, named as the API names them. */
export const trace_filters = [
  'service',
  'model',
  'operation',
  'agent',
  'status',
  'prompt_version',
  'user',
  'conversation',
  'text',
] as const;
export type TraceFilter = (typeof trace_filters)[number];

/** The state of the trace list that a URL carries. Defaults are absent. */
export interface TracesSearch extends RangeSearch, Partial<Record<TraceFilter, string>> {
  /** `off` keeps the list as it is; a relative range refreshes itself otherwise. */
  refresh?: 'off';
}

export function readTracesSearch(raw: Readonly<Record<string, unknown>>): TracesSearch {
  return {
    ...readRange(raw, traces_default_range),
    ...pick(raw, trace_filters),
    ...(raw.refresh === 'off' && { refresh: 'off' as const }),
  };
}

export function toTraceQuery(search: TracesSearch): TraceQuery {
  return { ...toPeriodQuery(search, traces_default_range), ...pick({ ...search }, trace_filters) };
}

export function refreshesItself(search: TracesSearch): boolean {
  return search.refresh !== 'off' && isRelative(search);
}

export function activeFilters(search: TracesSearch): TraceFilter[] {
  return trace_filters.filter((name) => search[name] !== undefined);
}
