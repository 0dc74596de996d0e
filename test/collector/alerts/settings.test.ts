import { describe, expect, test } from 'vitest';
import { mergeSettings, readSettings } from '../../../collector/src/alerts/settings.ts';

const read = (settings: Record<string, unknown>) =>
  readSettings('pager', settings, ['text', 'texts', 'count', 'choice']);
const refused = (about: string) =>
  expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(about) });

test('reads what is set, and gives defaults for what is not', () => {
  const set = read({ text: 'a', texts: 'b, c  d', count: 3, choice: 'two' });
  expect([set.text('text'), set.texts('texts'), set.count('count', 1)]).toEqual(['a', ['b', 'c', 'd'], 3]);
  expect(set.choice('choice', ['one', 'two'])).toBe('two');
  const empty = read({});
  expect([empty.text('text'), empty.texts('texts'), empty.count('count', 7)]).toEqual([null, [], 7]);
  expect(empty.choice('choice', ['one', 'two'])).toBe('one');
});

test('what is wrong is refused by its name', () => {
  expect(() => read({ txt: 'a' })).toThrow(refused('no setting "txt"'));
  expect(() => read({ text: 3 }).text('text')).toThrow(refused('setting text'));
  expect(() => read({ text: '  ' }).text('text')).toThrow(refused('setting text'));
  expect(() => read({}).requiredText('text')).toThrow(refused('needs the setting text'));
  expect(() => read({ texts: ['a', 3] }).texts('texts')).toThrow(refused('setting texts'));
  for (const count of [0, 1.5, -1, '3', Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => read({ count }).count('count', 1)).toThrow(refused('setting count'));
  expect(() => read({ choice: 'three' }).choice('choice', ['one', 'two'])).toThrow(
    refused('one of: one, two'),
  );
});

describe('settings that change', () => {
  const before = { url: 'https://example.org/a', secrets: ['whsec_old'], name: 'pager' };

  test('keep secrets that were not repeated, as long as the address stays', () => {
    const after = { url: before.url, name: 'ops' };
    expect(mergeSettings(before, after)).toEqual({ ...after, secrets: ['whsec_old'] });
  });

  test.each([
    'https://example.org/b',
    'https://EXAMPLE.org/a',
    'https://evil.example/a',
    'http://example.org/a',
    undefined,
  ])('lose their secrets when the address becomes %s', (url) => {
    expect(mergeSettings(before, { url, name: 'pager' })).not.toHaveProperty('secrets');
  });

  test('lose every kind of secret, and whichever address changes', () => {
    const all = { endpoint: 'https://a.example', routing_key: 'r', authorization: 'Bearer t', topic: 'x' };
    expect(mergeSettings(all, { endpoint: 'https://b.example', topic: 'x' })).toEqual({
      endpoint: 'https://b.example',
      topic: 'x',
    });
    expect(mergeSettings(all, { endpoint: 'https://a.example', topic: 'y' })).toEqual({ ...all, topic: 'y' });
  });

  test('take secrets that are given, wherever they go', () => {
    const after = { url: 'https://example.org/b', secrets: ['whsec_new'] };
    expect(mergeSettings(before, after)).toEqual(after);
  });

  test('are removed where they are null, and what went before is left alone', () => {
    const copy = structuredClone(before);
    expect(mergeSettings(before, { url: before.url, secrets: null })).toEqual({ url: before.url });
    expect(before).toEqual(copy);
  });
});
