import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { QueueName } from '../../../collector/src/stores/store.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createSampling, type Sampled } from '../../../collector/src/watch/sampling.ts';

const minute_us = 60_000_000;

function open(database = new DatabaseSync(':memory:')) {
  createTables(database);
  const sampling = createSampling({ database, per_second: 1 });
  let marks = 0;
  /** The next work of a queue, or the same again. */
  const see = (queue: QueueName, sent: readonly Sampled[], is_again = false) =>
    sampling.see({ queue, mark: String(is_again ? marks : ++marks) }, sent);
  return { database, sampling, see };
}

function rows(count: number, minute: number, fields: Partial<Sampled> = {}): Sampled[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ tenant: 'default', trace_id: `t${minute}-${i}`, conversation_id: null, slices: {} },
    time: minute * minute_us + i,
    ...fields,
  }));
}

describe('sampling', () => {
  test('takes everything within the budget', () => {
    const { sampling, see } = open();
    for (const minute of [1, 2, 3]) {
      const sent = rows(60, minute);
      see('embed', sent);
      expect(sent.every((row) => sampling.probability('embed', row) === 1)).toBe(true);
    }
  });

  test('takes a share above it, from the first portion or from the minute before', () => {
    const { sampling, see } = open();
    const burst = rows(600, 1);
    see('embed', burst);
    const taken = burst.filter((row) => sampling.probability('embed', row) === 0.1);
    // 600 rows with probability 0.1: beyond 27 and 100 once in a million.
    expect(taken.length).toBeGreaterThan(27);
    expect(taken.length).toBeLessThan(100);
    const [next] = rows(1, 2) as [Sampled];
    see('embed', [next]);
    expect([0.1, null]).toContain(sampling.probability('embed', next));
    expect(sampling.probability('sketch', next), 'queues have a budget each').toBe(1);
  });

  test('counts work that is taken again once', () => {
    const { sampling, see } = open();
    const sent = rows(50, 1);
    see('embed', sent);
    for (let i = 0; i < 20; i++) see('embed', sent, true);
    const [next] = rows(1, 2) as [Sampled];
    see('embed', [next]);
    expect(sampling.probability('embed', next)).toBe(1);
  });

  test('decides once for each minute, and remembers', () => {
    const { database, sampling, see } = open();
    const quiet = rows(10, 1);
    see('sketch', quiet);
    const burst = rows(6_000, 1);
    see('sketch', burst);
    expect(sampling.probability('sketch', burst[5_999]!)).toBe(1);
    const later = rows(600, 2);
    see('sketch', later);
    const before = later.map((row) => sampling.probability('sketch', row));
    const { sampling: again, see: seeAgain } = open(database);
    seeAgain('sketch', later);
    expect(later.map((row) => again.probability('sketch', row))).toEqual(before);
  });

  test('takes conversations whole, wherever their messages fall', () => {
    const { sampling, see } = open();
    for (const minute of [1, 2, 3]) see('embed', rows(600, minute));
    const fates = Array.from({ length: 200 }, (_, i) =>
      [1, 2, 3].map((minute) => {
        const [row] = rows(1, minute, { conversation_id: `c${i}` }) as [Sampled];
        return sampling.probability('embed', row) !== null;
      }),
    );
    expect(fates.every((fate) => new Set(fate).size === 1)).toBe(true);
    expect(new Set(fates.map(([fate]) => fate)).size).toBe(2);
  });

  test('takes all of a slice of which few come, and lets late rows decide nothing', () => {
    const { sampling, see } = open();
    const few = rows(9, 2, { slices: { service: 'rare' } });
    see('embed', [...rows(600, 2, { slices: { service: 'shop' } }), ...few]);
    see('embed', rows(1, 1));
    const next = [...rows(1, 3, { slices: { service: 'rare' } })];
    see('embed', next);
    expect([...few, ...next].map((row) => sampling.probability('embed', row))).toEqual(Array(10).fill(1));
  });
});
