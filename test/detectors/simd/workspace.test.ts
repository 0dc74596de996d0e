import { expect, test } from 'vitest';
import { createWorkspace } from '../../../detectors/src/simd/workspace.ts';

test('arrays are copied to places of their own, each where a register begins', () => {
  const given = {
    odd: Int16Array.of(1, -2, 3),
    doubles: Float64Array.of(0.5, -0),
    integers: Int32Array.of(7),
  };
  const arrays = createWorkspace(given)!.arrays;
  expect(arrays).toEqual(given);
  for (const array of Object.values(arrays)) expect(array.byteOffset % 16).toBe(0);
  given.odd[0] = 9;
  arrays.doubles.fill(4);
  expect([arrays.odd[0], arrays.integers[0]]).toEqual([1, 7]);
});

test('memory is as large as the arrays need, and given back when they go', () => {
  const size_bytes = (length: number) =>
    createWorkspace({ numbers: new Float64Array(length) })!.arrays.numbers.buffer.byteLength;
  expect(size_bytes(1)).toBe(65_536);
  expect(size_bytes(8_193)).toBe(2 * 65_536);
  // Engines reserve gigabytes of addresses for each memory: 47 bits of address hold 16,384 such memories at most.
  for (let i = 0; i < 20_000; i++) expect(createWorkspace({ numbers: new Float64Array(1) })).not.toBeNull();
});
