import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HashedKey, hashKey, KeySet } from '../../../../collector/src/stores/duckdb/key-set.ts';

describe('KeySet', () => {
  it('holds what a Set holds, for any texts', () => {
    const texts = fc.array(
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', 'é', '→')),
    );
    fc.assert(
      fc.property(texts, texts, (added, asked) => {
        const set = new KeySet();
        const model = new Set(added);
        for (const text of added) set.add(hashKey(text));
        expect(set.size).toBe(model.size);
        for (const text of [...added, ...asked]) expect(set.has(hashKey(text))).toBe(model.has(text));
        const byText = (keys: Iterable<HashedKey>) => new Map([...keys].map((key) => [key.text, key]));
        expect(byText(set)).toEqual(byText([...model].map(hashKey)));
      }),
    );
  });

  it('compares keys whole: hashes that are the same decide nothing', () => {
    const alike = (text: string): HashedKey => ({ text, first: -7, second: 5, is_narrow: true });
    const set = new KeySet();
    for (const text of ['a', 'b', 'ab']) set.add(alike(text));
    expect([...set].map(({ text }) => text)).toEqual(['a', 'b', 'ab']);
    expect(['a', 'b', 'ab', '', 'c', 'aa'].map((text) => set.has(alike(text)))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('keeps every key while it grows', () => {
    const set = new KeySet();
    for (let number = 0; number < 20_000; number++) set.add(hashKey(`default\u001f${number}`));
    for (let number = 0; number < 20_000; number++) set.add(hashKey(`default\u001f${number}`));
    expect(set.size).toBe(20_000);
    for (let number = 0; number < 40_000; number++)
      if (set.has(hashKey(`default\u001f${number}`)) !== number < 20_000)
        expect.fail(`${number} is mistaken.`);
  });

  it('takes a key that is longer than all before', () => {
    const set = new KeySet();
    for (const length of [10, 100_000, 3, 1_000_000]) set.add(hashKey('x'.repeat(length)));
    expect([...set].map(({ text }) => text.length)).toEqual([10, 100_000, 3, 1_000_000]);
  });
});
