import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, stringifyExact } from '../../../collector/src/replay/exact-json.ts';
import { hashId, readId } from '../../../collector/src/replay/ids.ts';
import {
  integerToNanoseconds,
  isoToNanoseconds,
  pairToNanoseconds,
} from '../../../collector/src/replay/times.ts';

it('exact JSON keeps every digit of an integer, and everything else as JSON.parse has it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 128n), max: 2n ** 128n }), fc.jsonValue(), (integer, other) => {
      fc.pre(!/\d{16}/.test(JSON.stringify(other)));
      const text = `{"integer":${integer},"other":${JSON.stringify(other)}}`;
      const read = parseExact(text) as { integer: bigint | number; other: unknown };
      expect(BigInt(read.integer)).toBe(integer);
      expect(stringifyExact(read.other)).toBe(JSON.stringify(other));
    }),
    { seed: 5, numRuns: 500 },
  );
});

describe('ids', () => {
  it.each([
    ['0xABC', '0000000000000abc'],
    ['00f067aa0ba902b7', '00f067aa0ba902b7'],
    [255, '00000000000000ff'],
    [2n ** 64n - 1n, 'ffffffffffffffff'],
  ])('reads %s', (value, id) => {
    expect(readId(value, 16)).toBe(id);
  });

  it.each([
    ['0x0'],
    [''],
    ['xyz'],
    [0],
    [-1],
    [-5n],
    [2n ** 64n],
    [1.5],
    [null],
    [undefined],
    ['1'.repeat(17)],
  ])('refuses %s', (value) => {
    expect(readId(value, 16)).toBeNull();
  });

  it('hashes to ids that are valid and stay the same', () => {
    expect(hashId('root', 16)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashId('root', 32)).toBe(hashId('root', 32));
    expect(hashId('root', 16)).not.toBe(hashId('child', 16));
  });
});

describe('times', () => {
  it.each([
    ['2026-01-01T00:00:00Z', 1_767_225_600_000_000_000n],
    ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123_456_789n],
    ['2026-01-01 01:00:00.5+01:00', 1_767_225_600_500_000_000n],
    ['2026-01-01T00:00:00', 1_767_225_600_000_000_000n],
    ['2026-01-01T00:00:00.1234567891Z', 1_767_225_600_123_456_789n],
  ])('reads %s', (text, time) => {
    expect(isoToNanoseconds(text)).toBe(time);
  });

  it.each([['yesterday'], ['2026-13-01T00:00:00Z'], [5], [null]])('refuses %s', (value) => {
    expect(isoToNanoseconds(value)).toBeNull();
  });

  it('reads pairs and integers', () => {
    expect(pairToNanoseconds([1770131992, 242000000])).toBe(1_770_131_992_242_000_000n);
    expect(pairToNanoseconds(['1', 2])).toBeNull();
    expect(integerToNanoseconds(1_758_026_593_210_770_000n)).toBe(1_758_026_593_210_770_000n);
    expect(integerToNanoseconds(1.5)).toBeNull();
  });
});
