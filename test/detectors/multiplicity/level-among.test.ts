import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { benjaminiHochberg } from '../../../detectors/src/multiplicity/benjamini-hochberg.ts';
import { benjaminiYekutieli, harmonic } from '../../../detectors/src/multiplicity/benjamini-yekutieli.ts';
import { eBenjaminiHochberg } from '../../../detectors/src/multiplicity/e-benjamini-hochberg.ts';
import { eLevelAmong, levelAmong } from '../../../detectors/src/multiplicity/level-among.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';

const p_values = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.001, 0.01, 0.5, 1)),
  { minLength: 1, maxLength: 12 },
);
const levels = fc.constantFrom(0.011, 0.13, 0.47);

describe('the level of one among others', () => {
  test("gives together what Benjamini and Yekutieli's procedure rejects", () => {
    fc.assert(
      fc.property(p_values, levels, (values, level) => {
        const each = Array.from(values.keys()).filter(
          (place) => (values[place] as number) <= levelAmong(values.toSpliced(place, 1), level),
        );
        expect(each).toEqual(benjaminiYekutieli(values, level));
      }),
      { seed: 1 },
    );
  });

  test('and of e-values what their procedure rejects', () => {
    fc.assert(
      fc.property(p_values, levels, (values, level) => {
        const each = Array.from(values.keys()).filter(
          (place) => (values[place] as number) <= eLevelAmong(values.toSpliced(place, 1), level),
        );
        expect(each).toEqual(
          eBenjaminiHochberg(
            values.map((value) => 1 / value),
            level,
          ),
        );
      }),
      { seed: 1 },
    );
  });

  test.each([0.05, 0.001, 1 / 3])('is the level itself where there are no others', (level) => {
    expect(levelAmong([], level)).toBe(level);
    expect(eLevelAmong([], level)).toBe(level);
  });

  test('rises with what else changed, and falls with how much is looked at', () => {
    const still = (count: number) => new Array<number>(count).fill(1);
    expect(levelAmong(still(19), 0.05)).toBeCloseTo(0.05 / (20 * harmonic(20)), 12);
    expect(levelAmong([1e-9, 1e-9, ...still(17)], 0.05)).toBeCloseTo((3 * 0.05) / (20 * harmonic(20)), 12);
    expect(eLevelAmong(still(19), 0.05)).toBeCloseTo(0.05 / 20, 12);
  });
});

/**
 * p-values, each uniform, made so that they hurt most: one of the ranks k is drawn with a chance of 1 / k, and k of
 * them share a value just below k · level / count (Guo and Rao, "On control of the false discovery rate under no
 * assumption of dependency", Journal of Statistical Planning and Inference 138, 2008).
 */
function worstCase(random: () => number, count: number, level: number): number[] {
  const uniform = () => random() / 2 ** 32;
  let chance = uniform();
  for (let rank = 1; rank <= count; rank++) {
    chance -= level / rank;
    if (chance >= 0) continue;
    const first = Math.floor(uniform() * count);
    const shared = ((rank - uniform()) * level) / count;
    const rest = () => level + uniform() * (1 - level);
    return Array.from({ length: count }, (_, place) =>
      (place - first + count) % count < rank ? shared : rest(),
    );
  }
  return Array.from({ length: count }, () => level + uniform() * (1 - level));
}

test('holds where dependence makes the procedure without it break, and is spent in the worst case', () => {
  const random = createRandom(31);
  const [rounds, count, level] = [20_000, 20, 0.05];
  const rateOf = (reject: typeof benjaminiHochberg, hurts_at: number) => {
    let hits = 0;
    for (let round = 0; round < rounds; round++) {
      if (reject(worstCase(random, count, hurts_at), level).length > 0) hits += 1;
    }
    return clopperPearson(hits, rounds);
  };
  expect(rateOf(benjaminiHochberg, level).low).toBeGreaterThan(3 * level);
  const worst = rateOf(benjaminiYekutieli, level / harmonic(count));
  expect(worst.low).toBeLessThan(level);
  expect(worst.high).toBeGreaterThan(level);
});
