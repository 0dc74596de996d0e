import { expect, test } from 'vitest';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';
import { signedDeviance } from '../../../detectors/src/statistics/signed-deviance.ts';

/** P(at least `hits`) for a Poisson law, summed. */
function poissonTail(hits: number, mean: number): number {
  let [term, below] = [Math.exp(-mean), 0];
  for (let k = 0; k < hits; k++) {
    below += term;
    term *= mean / (k + 1);
  }
  return 1 - below;
}

// Against a very long other side its rate is known, and the hits are Poisson.
test.each([
  [2, 0.2],
  [5, 1],
  [12, 4],
  [40, 25],
])(
  '%d hits where %d are expected: the tail lies between those of one hit less and this many',
  (hits, mean) => {
    const z = signedDeviance({ hits, trials: 100, other_hits: mean * 1e6, other_trials: 1e8 });
    const p = normalTail(z);
    expect(p).toBeLessThan(poissonTail(hits, mean) * 1.1);
    expect(p).toBeGreaterThan(poissonTail(hits + 1, mean));
  },
);

test('has the sign of the difference, and is 0 where there is none', () => {
  expect(signedDeviance({ hits: 0, trials: 10, other_hits: 0, other_trials: 10 })).toBe(0);
  expect(signedDeviance({ hits: 5, trials: 10, other_hits: 50, other_trials: 100 })).toBe(0);
  const grown = signedDeviance({ hits: 9, trials: 10, other_hits: 50, other_trials: 100 });
  const shrunk = signedDeviance({ hits: 50, trials: 100, other_hits: 9, other_trials: 10 });
  expect(shrunk).toBeCloseTo(-grown, 12);
});
