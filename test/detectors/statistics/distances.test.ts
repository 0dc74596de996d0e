import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { andersonDarlingWeights } from '../../../detectors/src/statistics/anderson-darling.ts';
import { countShares } from '../../../detectors/src/statistics/count-shares.ts';
import { cramerVonMises } from '../../../detectors/src/statistics/cramer-von-mises.ts';
import { cumulativeDifference } from '../../../detectors/src/statistics/cumulative-difference.ts';
import { designEffect, varianceOfMean } from '../../../detectors/src/statistics/design-effect.ts';
import { gStatistic } from '../../../detectors/src/statistics/g-statistic.ts';
import { jensenShannon } from '../../../detectors/src/statistics/jensen-shannon.ts';
import { kolmogorovSmirnov } from '../../../detectors/src/statistics/kolmogorov-smirnov.ts';
import { lInfinity } from '../../../detectors/src/statistics/l-infinity.ts';
import { populationStability } from '../../../detectors/src/statistics/population-stability.ts';
import { rankWasserstein, rankWidths } from '../../../detectors/src/statistics/rank-wasserstein.ts';

const values_max = 9;
const sample = fc.array(fc.nat({ max: values_max }), { minLength: 1, maxLength: 30 });

function counted(values: readonly number[]): Float64Array {
  const counts = new Float64Array(values_max + 1);
  for (const value of values) counts[value] = (counts[value] as number) + 1;
  return counts;
}

const shareAtMost = (values: readonly number[], limit: number) =>
  values.filter((value) => value <= limit).length / values.length;

/** Distances of the samples, from their counts. */
function distancesOf(first: readonly number[], second: readonly number[]) {
  const [a, b] = [counted(first), counted(second)];
  const difference = cumulativeDifference(a, b);
  const pooled = countShares(a.map((count, i) => count + (b[i] as number)));
  const [p, q] = [countShares(a), countShares(b)];
  return {
    ks: kolmogorovSmirnov(difference),
    cvm: cramerVonMises(difference, pooled),
    wasserstein: rankWasserstein(difference, rankWidths(p.map((x, i) => (x + (q[i] as number)) / 2))),
  };
}

describe('on raw samples', () => {
  test('Kolmogorov–Smirnov is the largest difference at any value', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const differences = [...a, ...b].map((x) => Math.abs(shareAtMost(a, x) - shareAtMost(b, x)));
        expect(distancesOf(a, b).ks).toBeCloseTo(Math.max(...differences), 12);
      }),
      { seed: 1 },
    );
  });

  test('Cramér–von Mises is the mean squared difference at the values', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const all = [...a, ...b];
        const sum = all.reduce((s, x) => s + (shareAtMost(a, x) - shareAtMost(b, x)) ** 2, 0);
        expect(distancesOf(a, b).cvm).toBeCloseTo(sum / all.length, 12);
      }),
      { seed: 2 },
    );
  });

  test('with the weights of Anderson and Darling it is their statistic with ties', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [all, values] = [[...a, ...b], [...new Set([...a, ...b])]];
        const [n, N] = [a.length, all.length];
        // Scholz and Stephens, 1987, equation 6 for two samples, over nm/(n + m).
        const statistic = values.reduce((sum, value) => {
          const [both, own] = [all, a].map((of) => of.filter((x) => x <= value).length) as [number, number];
          if (both === N) return sum;
          const ties = all.filter((x) => x === value).length;
          const of_samples = (N * own - both * n) ** 2 / n + (N * own - both * n) ** 2 / (N - n);
          return sum + (of_samples * ties) / (N * both * (N - both));
        }, 0);
        const [first, second] = [counted(a), counted(b)];
        const weights = andersonDarlingWeights(
          countShares(first.map((count, i) => count + (second[i] as number))),
        );
        const found = cramerVonMises(cumulativeDifference(first, second), weights);
        expect((found * n * (N - n)) / N).toBeCloseTo(statistic, 9);
      }),
      { seed: 5 },
    );
  });

  test('Wasserstein on ranks is the mean distance of the sorted mid-ranks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.nat(), (count, seed) => {
        const [a, b] = fc.sample(
          fc.array(fc.nat({ max: values_max }), { minLength: count, maxLength: count }),
          { seed, numRuns: 2 },
        ) as [number[], number[]];
        const all = [...a, ...b];
        const midRank = (x: number) =>
          (all.filter((y) => y < x).length + all.filter((y) => y === x).length / 2) / all.length;
        const sorted = (values: number[]) => values.map(midRank).sort((x, y) => x - y);
        const [low, high] = [sorted(a), sorted(b)];
        const apart = low.reduce((sum, x, i) => sum + Math.abs(x - (high[i] as number)), 0) / count;
        expect(distancesOf(a, b).wasserstein).toBeCloseTo(2 * apart, 12);
      }),
      { seed: 3 },
    );
  });

  test('Wasserstein on ranks is the delta of Cliff where one sample lies above the other', () => {
    const [a, b] = [
      [0, 1, 1, 2],
      [2, 3, 4, 4, 9],
    ];
    // Of 20 pairs one is tied, and in 19 the second is above.
    expect(distancesOf(a as number[], b as number[]).wasserstein).toBeCloseTo(19 / 20, 12);
    expect(distancesOf([1], [2]).wasserstein).toBeCloseTo(1, 12);
  });
});

test('G is twice the sum of observed times log observed over expected', () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const [first, second] = [counted(a), counted(b)];
      const total = a.length + b.length;
      let expected = 0;
      for (const [counts, size] of [
        [first, a.length],
        [second, b.length],
      ] as const) {
        counts.forEach((seen, i) => {
          const wanted = (((first[i] as number) + (second[i] as number)) * size) / total;
          if (seen > 0) expected += 2 * seen * Math.log(seen / wanted);
        });
      }
      expect(gStatistic(first, second)).toBeCloseTo(expected, 8);
    }),
    { seed: 4 },
  );
});

test('measures of other tools, computed by hand', () => {
  const [p, q] = [
    [50, 50],
    [25, 75],
  ];
  expect(populationStability(p as number[], q as number[])).toBeCloseTo(
    -0.25 * Math.log(0.5) + 0.25 * Math.log(1.5),
    12,
  );
  // ½·(½·log₂(½/⅜) + ½·log₂(½/⅝)) + ½·(¼·log₂(¼/⅜) + ¾·log₂(¾/⅝))
  expect(jensenShannon(p as number[], q as number[])).toBeCloseTo(0.0487949406953985, 12);
  expect(lInfinity(p as number[], q as number[])).toBeCloseTo(0.25, 12);
  expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  // Half a unit stands for none: 0.5 of 10.
  expect(populationStability([10, 0], [0, 10])).toBeCloseTo(2 * 0.95 * Math.log(20), 12);
});

describe('the design effect', () => {
  const sideOf = (units: readonly (readonly number[])[]) => {
    const sum = (power: number) =>
      [0, 1].map((place) => units.reduce((total, unit) => total + (unit[place] as number) ** power, 0));
    return { count: units.length, counts: sum(1), squares: sum(2) };
  };

  test('is 1 for units of one value, and the reciprocal of their values for units of independent ones', () => {
    const single = sideOf(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? [1, 0] : [0, 1])));
    expect(designEffect(single, single)).toBe(1);
    // Two fair values each: a quarter of the units has both in one place, a quarter both in the other.
    const shares = [1, 0.5, 0.5, 0];
    const double = sideOf(Array.from({ length: 4_000 }, (_, i) => [shares[i % 4]!, 1 - shares[i % 4]!]));
    expect(designEffect(double, double)).toBeCloseTo(0.5, 3);
  });

  test('varianceOfMean is the sample variance over the number of units', () => {
    const units = [0.2, 0.9, 0.4, 0.4, 1].map((share) => [share, 1 - share]);
    const mean = 0.58;
    const variance = units.reduce((sum, [share]) => sum + ((share as number) - mean) ** 2, 0) / 4;
    expect(varianceOfMean(sideOf(units), 0)).toBeCloseTo(variance / 5, 12);
  });
});
