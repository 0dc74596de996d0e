import { expect, test } from 'vitest';
import { acceptKeys, type KeyResult } from '../../../detectors/src/multiplicity/accept.ts';
import { online_test_start, testOnline } from '../../../detectors/src/multiplicity/online.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const slices = ['whole', 'model=a', 'model=b', 'model=c', 'model=d'];

function keys(
  count: number,
  value: (family: number, slice: number) => { p: number } | { e: number },
): KeyResult[] {
  return Array.from({ length: count }, (_, family) =>
    slices.map((slice, place) => ({
      key: `feature${family}/${slice}`,
      family: `feature${family}`,
      ...value(family, place),
    })),
  ).flat();
}

test('accepts a whole, and a slice that changed though its whole did not', () => {
  const results = keys(20, (family, slice) => ({
    p: (family === 3 && slice === 0) || (family === 7 && slice === 2) ? 1e-6 : 0.4,
  }));
  expect(acceptKeys(results, 0.05)).toEqual(['feature3/whole', 'feature7/model=b']);
});

test('does the same with evidence, and with both kinds at once', () => {
  const results = keys(20, (family, slice) => ({
    e: (family === 3 && slice === 0) || (family === 7 && slice === 2) ? 1e6 : 0.4,
  }));
  expect(acceptKeys(results, 0.05)).toEqual(['feature3/whole', 'feature7/model=b']);
  const mixed = results.map((result): KeyResult => {
    const { key, family } = result;
    return key.endsWith('model=b') ? { key, family, p: key.startsWith('feature7') ? 1e-9 : 0.4 } : result;
  });
  expect(acceptKeys(mixed, 0.05)).toEqual(['feature3/whole', 'feature7/model=b']);
  expect(acceptKeys([], 0.05)).toEqual([]);
});

test('a p that would pass alone does not pass among many', () => {
  const results = keys(20, (family) => ({ p: family === 0 ? 0.01 : 0.6 }));
  expect(acceptKeys(results.slice(0, 5), 0.05)).toHaveLength(5);
  expect(acceptKeys(results, 0.05)).toEqual([]);
});

test('where nothing changed, a round accepts something at the level at most', () => {
  const random = createRandom(4);
  const rounds = 3_000;
  const level = 0.05;
  let accepted = 0;
  for (let round = 0; round < rounds; round++) {
    const results = keys(12, () => ({ p: (random() + 0.5) / 2 ** 32 }));
    if (acceptKeys(results, level).length > 0) accepted += 1;
  }
  const { low, high } = clopperPearson(accepted, rounds);
  expect(low).toBeLessThan(level);
  expect(high).toBeGreaterThan(level / 2);
});

test('an endless stream of tests keeps its share of false rejections, and its state is JSON', () => {
  const random = createRandom(5);
  const rounds = 600;
  let [false_share, found] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    let state = online_test_start;
    let [wrong, right] = [0, 0];
    for (let test_number = 0; test_number < 60; test_number++) {
      const changed = test_number % 3 === 0;
      const e = Math.exp(4 * (gaussian(random) + (changed ? 4 : 0)) - 8);
      const { rejected, state: next } = testOnline(JSON.parse(JSON.stringify(state)), e, 0.1);
      state = next;
      if (rejected && changed) right += 1;
      if (rejected && !changed) wrong += 1;
    }
    expect(state).toEqual({ tested: 60, rejected: wrong + right });
    false_share += wrong / Math.max(wrong + right, 1) / rounds;
    found += right / 20 / rounds;
  }
  expect(false_share).toBeLessThan(0.1);
  expect(found).toBeGreaterThan(0.4);
});
