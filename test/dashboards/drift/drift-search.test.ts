import { describe, expect, it } from 'vitest';
import { readDriftSearch } from '../../../dashboards/web/src/drift/drift-search.ts';

describe('the state of the drift page in the URL', () => {
  it('takes a slice whole or not at all', () => {
    expect(readDriftSearch({ feature: 'f', slice_key: 'service', slice_value: 'shop' })).toEqual({
      feature: 'f',
      slice_key: 'service',
      slice_value: 'shop',
    });
    expect(readDriftSearch({ feature: 'f', slice_key: 'service' })).toEqual({ feature: 'f' });
  });

  it('writes no default', () => {
    expect(readDriftSearch({ range: '7d' })).toEqual({});
  });
});
