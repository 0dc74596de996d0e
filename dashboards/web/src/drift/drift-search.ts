import { pick } from '../url/parameters.ts';
import { type RangeSearch, readRange } from '../url/time-range.ts';

export const drift_default_range = '7d';

/** The feature and slice looked at. Absent: the first feature, and all of its spans. */
export interface DriftSearch extends RangeSearch {
  feature?: string;
  slice_key?: string;
  slice_value?: string;
}

export function readDriftSearch(raw: Readonly<Record<string, unknown>>): DriftSearch {
  const { feature, slice_key, slice_value } = pick(raw, ['feature', 'slice_key', 'slice_value']);
  return {
    ...readRange(raw, drift_default_range),
    ...(feature !== undefined && { feature }),
    ...(slice_key !== undefined && slice_value !== undefined && { slice_key, slice_value }),
  };
}
