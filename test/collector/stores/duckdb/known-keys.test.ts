import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../../collector/src/stores/duckdb/key-set.ts';
import { KnownKeys } from '../../../../collector/src/stores/duckdb/known-keys.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

/** More than are kept exactly, and than the first tables take. */
const many = 300_000;

describe('KnownKeys', () => {
  const random = seededRandom(3);
  const id = () =>
    Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(16, '0');
  const keys = Array.from({ length: many }, () => hashKey(`default\u001f${id()}${id()}`));
  const known = new KnownKeys();
  for (const key of keys) known.add(key);

  it('knows at once whether a recent key is stored', () => {
    for (const key of keys.slice(-50_000)) if (known.check(key) !== 'stored') expect.fail(key.text);
  });

  it('asks about keys of long ago, and never takes one of them for new', () => {
    const answers = Map.groupBy(keys.slice(0, many - 100_000), (key) => known.check(key));
    expect([...answers.keys()]).toEqual(['ask']);
  });

  it('hardly ever asks about a new key, and never takes one for stored', () => {
    const strangers = Array.from({ length: many }, () => known.check(hashKey(`default\u001f${id()}${id()}`)));
    expect(strangers).not.toContain('stored');
    // Eight tables, less than nine places looked at in each: one in 100 million, more than two of 300,000 hardly ever.
    expect(strangers.filter((answer) => answer === 'ask').length).toBeLessThan(3);
  });

  it('asks again about everything once it was told to forget', () => {
    known.forgetRecent();
    expect(known.check(keys.at(-1)!)).toBe('ask');
    known.remember(keys.at(-1)!);
    expect(known.check(keys.at(-1)!)).toBe('stored');
  });
});
