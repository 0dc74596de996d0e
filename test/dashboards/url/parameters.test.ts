import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseParameters, pick, writeParameters } from '../../../dashboards/web/src/url/parameters.ts';

describe('the query string', () => {
  it('comes back as it was written', () => {
    const values = fc.dictionary(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.string({ minLength: 1, unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(values, (given) => {
        expect({ ...parseParameters(writeParameters(given)) }).toEqual({ ...given });
      }),
      { seed: 20_261_121 },
    );
  });

  it('is empty for defaults', () => {
    expect(writeParameters({ service: undefined, text: '', range: null })).toBe('');
  });

  it('keeps plain texts plain', () => {
    expect(writeParameters({ text: '123', status: 'true' })).toBe('?text=123&status=true');
    expect(parseParameters('?text=123')).toEqual({ text: '123' });
  });
});

describe('pick', () => {
  it('takes known names with some text only', () => {
    expect(pick({ a: 'x', b: '', c: 4, d: 'y' }, ['a', 'b', 'c'])).toEqual({ a: 'x' });
  });
});
