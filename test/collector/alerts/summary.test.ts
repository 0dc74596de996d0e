import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summarise } from '../../../collector/src/alerts/summary.ts';

const verdict = {
  detector: 'test',
  n_reference: 5000,
  n_current: 512,
  statistic: 3.1,
  p: 0.00034,
  effect: 0.2314,
  effect_low: 0.184,
  effect_high: 0.289,
  drifted: true,
  why: '',
};
const facts = {
  verdict,
  feature: 'embedding.user_message',
  slice_key: 'prompt_version',
  slice_value: 'v2',
  since: '2026-11-21T12:00:00.000Z',
  resolved: null,
};

test('says what moved, where, since when, how much and on what evidence', () => {
  expect(summarise(facts)).toBe(
    'embedding.user_message where prompt_version is "v2" drifted since 2026-11-21 12:00 UTC: ' +
      'drifted share 23.1 % (18.4 % to 28.9 %), n = 512 against 5,000 in the reference, p = 0.00034.',
  );
});

test('says when it is over', () => {
  const over = { ...facts, slice_key: 'all', slice_value: 'all', resolved: '2026-11-21T14:10:00.000Z' };
  expect(
    summarise({
      ...over,
      verdict: { ...verdict, p: 0.41, effect: 0.004, effect_low: 0, effect_high: 0.019 },
    }),
  ).toBe(
    'embedding.user_message in all traffic is back to its reference at 2026-11-21 14:10 UTC ' +
      'after drifting since 2026-11-21 12:00 UTC: ' +
      'drifted share 0.4 % (0 % to 1.9 %), n = 512 against 5,000 in the reference, p = 0.41.',
  );
});

test('leaves out what is not known, and does not claim that p is zero', () => {
  const unknown = { ...verdict, effect_low: null, p: 0 };
  expect(summarise({ ...facts, verdict: unknown })).toMatch(/drifted share 23\.1 %, n = .*, p < 0\.0001\.$/);
  expect(summarise({ ...facts, verdict: { ...unknown, effect: null, p: null } })).toMatch(
    /UTC: n = 512 against .* reference\.$/,
  );
});

test('is one line of bounded length, whatever the names hold', () => {
  const name = fc.string({ unit: 'binary', maxLength: 5000 });
  fc.assert(
    fc.property(name, name, name, (feature, slice_key, slice_value) => {
      const summary = summarise({ ...facts, feature, slice_key, slice_value });
      expect(summary.length).toBeLessThan(800);
      expect(summary).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(summary.isWellFormed()).toBe(true);
    }),
    { seed: 1 },
  );
});
