import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosineOfTurns } from '../../../detectors/src/sketches/cosine.ts';

test('is the cosine', () => {
  fc.assert(
    fc.property(fc.double({ min: -1_000, max: 1_000, noNaN: true }), (turns) => {
      expect(Math.abs(cosineOfTurns(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(7e-8);
    }),
    { seed: 2, numRuns: 2_000 },
  );
});

test('stays within -1 and 1 for turns of any size', () => {
  for (const turns of [0, 0.25, 0.5, -0.5, 1e9, 1e15, 1e300, -1e300]) {
    expect(Math.abs(cosineOfTurns(turns))).toBeLessThanOrEqual(1);
  }
});
