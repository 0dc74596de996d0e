import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMatch, matcherText, parseMatcher } from '../../../../collector/src/alerts/notify/matcher.ts';
import { readPattern } from '../../../../collector/src/alerts/notify/pattern.ts';

describe('patterns', () => {
  test('match as the regular expression of the same text does, anchored', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '.', '.*', '.+', '|', '\\.', '-', '\\|');
    const value = fc.array(fc.constantFrom('a', 'b', '.', '-', '|'), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), value, (parts, characters) => {
        const [pattern, text] = [parts.join(''), characters.join('')];
        expect(readPattern(pattern)(text)).toBe(new RegExp(`^(?:${pattern})$`, 's').test(text));
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  test.each(['(a+)+', 'a*', '[ab]', '^a', 'a$', 'a{3}', 'a?', '\\', 'x'.repeat(501)])(
    '%j is refused',
    (pattern) => {
      expect(() => readPattern(pattern)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    },
  );

  test('what makes regular expressions run for years is over at once', () => {
    const matches = readPattern(`${'.*a'.repeat(160)}b`);
    expect(matches('a'.repeat(5000))).toBe(false);
  });
});

describe('matchers', () => {
  test.each([
    ['service="shop"', { service: 'shop' }, true],
    ['service=shop', { service: 'shop' }, true],
    ['service=shop', { service: 'shopping' }, false],
    ['service!="shop"', {}, true],
    ['service=""', {}, true],
    ['model=~"gpt-.*|claude-.*"', { model: 'claude-5' }, true],
    ['model!~"gpt-.*"', { model: 'gpt-4o' }, false],
  ])('%s of %j is %s', (text, labels, expected) => {
    expect(createMatch([parseMatcher(text)])(labels)).toBe(expected);
  });

  test('are read as they are written', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (value, isEqual) => {
        const matcher = { name: 'label', value, isRegex: false, isEqual };
        expect(parseMatcher(matcherText(matcher).replaceAll(/\\u[0-9a-f]{4}|\\[bfnrt]/g, 'x'))).toMatchObject(
          {
            name: 'label',
            isEqual,
          },
        );
      }),
      { seed: 2 },
    );
    expect(
      parseMatcher(matcherText({ name: 'a', value: 'say "x" \\ y', isRegex: false, isEqual: true })),
    ).toEqual({
      ...{ name: 'a', value: 'say "x" \\ y', isRegex: false, isEqual: true },
    });
  });

  test.each(['', '=x', '1a=b', 'no operator'])('%j is refused', (text) => {
    expect(() => parseMatcher(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});
