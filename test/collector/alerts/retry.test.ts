import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import { settle, standard_schedule_ms } from '../../../collector/src/alerts/retry.ts';

const retry: Outcome = { result: 'retry', reason: 'HTTP 503' };
const first = { outcome: retry, attempts: 1, ended_ms: 1000, schedule_ms: standard_schedule_ms, random: 0 };
const HOUR = 3_600_000;

test('pauses as Standard Webhooks says, then gives up', () => {
  const pauses = standard_schedule_ms.map((_, index) =>
    settle({ ...first, attempts: index + 1, ended_ms: 0 }),
  );
  expect(pauses.map((settled) => settled.next_attempt_ms)).toEqual([
    5_000,
    300_000,
    HOUR / 2,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
    null,
  ]);
  expect(pauses.at(-1)).toEqual({ state: 'dead', error: 'HTTP 503', next_attempt_ms: null });
});

test('jitter only stretches, by less than a fifth', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const { next_attempt_ms } = settle({ ...first, random });
      expect(next_attempt_ms).toBeGreaterThanOrEqual(6_000);
      expect(next_attempt_ms).toBeLessThanOrEqual(7_000);
    }),
    { seed: 1 },
  );
});

test('a receiver that asks for more patience gets it, up to a day', () => {
  const asked = (retry_after_ms: number) =>
    settle({ ...first, outcome: { ...retry, retry_after_ms } }).next_attempt_ms;
  expect(asked(60_000)).toBe(61_000);
  expect(asked(1_000)).toBe(6_000);
  expect(asked(400 * HOUR)).toBe(24 * HOUR + 1000);
  expect(asked(Number.NaN)).toBe(6_000);
});

test('ok is delivered, failed is dead at once', () => {
  expect(settle({ ...first, outcome: { result: 'ok' } })).toMatchObject({ state: 'delivered', error: null });
  const failed = settle({ ...first, outcome: { result: 'failed', reason: 'HTTP 404' } });
  expect(failed).toEqual({ state: 'dead', error: 'HTTP 404', next_attempt_ms: null });
});
