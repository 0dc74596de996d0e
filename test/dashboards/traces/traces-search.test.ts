import { describe, expect, it } from 'vitest';
import {
  activeFilters,
  readTracesSearch,
  refreshesItself,
  toTraceQuery,
} from '../../../dashboards/web/src/traces/traces-search.ts';

import { parseParameters } from '../../../dashboards/web/src/url/parameters.ts';

describe('the state of the trace list in the URL', () => {
  it('keeps known filters and drops everything else', () => {
    const raw = parseParameters('service=shop&status=error&prompt_version=v2&page=4&__proto__=x');
    expect(readTracesSearch(raw)).toEqual({ service: 'shop', status: 'error', prompt_version: 'v2' });
  });

  it('writes no default', () => {
    expect(readTracesSearch({ range: '24h', refresh: 'on', service: '' })).toEqual({});
  });

  it('becomes the question to the collector', () => {
    expect(toTraceQuery({ service: 'shop', text: 'a b', refresh: 'off' })).toEqual({
      from: '-24h',
      service: 'shop',
      text: 'a b',
    });
  });

  it('refreshes a relative range unless told not to', () => {
    expect(refreshesItself({})).toBe(true);
    expect(refreshesItself({ refresh: 'off' })).toBe(false);
    expect(refreshesItself({ from: '2026-11-20T00:00:00.000Z' })).toBe(false);
  });

  it('counts filters without the range', () => {
    expect(activeFilters({ range: '7d', user: 'u', refresh: 'off' })).toEqual(['user']);
  });
});
