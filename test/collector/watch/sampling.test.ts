import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Candidate, QueueName } from '../../../collector/src/stores/store.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createSampling } from '../../../collector/src/watch/sampling.ts';

const minute_us = 60_000_000;

function open(database = new DatabaseSync(':memory:')) {
  createTables(database);
  const sampling = createSampling({ database, per_second: 1 });
  let marks = 0;
  /** The next work of a queue, or the same again. */
  const see = (queue: QueueName, sent: readonly Candidate[], is_again = false) =>
    sampling.see({ queue, mark: String(is_again ? marks : ++marks) }, sent);
  return { database, sampling, see };
}

/** Rows of a minute, stored at once. */
function rows(
  count: number,
  minute: number,
  fields: Partial<Candidate> & { readonly ingest_time?: number } = {},
): Candidate[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ tenant: 'default', trace_id: `t${minute}-${i}`, conversation_id: null, slices: {} },
    time: minute * minute_us + i,
    ingest_time: minute * minute_us,
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
    const [next] = rows(1, 2) as [Candidate];
    see('embed', [next]);
    expect([0.1, null]).toContain(sampling.probability('embed', next));
    expect(sampling.probability('sketch', next), 'queues have a budget each').toBe(1);
  });

  test('counts work that is taken again once', () => {
    const { sampling, see } = open();
    const sent = rows(50, 1);
    see('embed', sent);
    for (let i = 0; i < 20; i++) see('embed', sent, true);
    const [next] = rows(1, 2) as [Candidate];
    see('embed', [next]);
    expect(sampling.probability('embed', next)).toBe(1);
  });

  test('decides anew with every portion of a minute, and remembers of each', () => {
    const { database, sampling, see } = open();
    const portions = [10, 6_000, 600].map((count, index) => rows(count, 1, { ingest_time: index }));
    for (const portion of portions) see('sketch', portion);
    const shares = (asked: typeof sampling) =>
      portions.map((portion) => [...new Set(portion.map((row) => asked.probability('sketch', row)))]);
    const found = shares(sampling);
    expect(found[0]).toEqual([1]);
    expect(found[1]).toEqual(expect.arrayContaining([null, (2 * 60 - 10) / (2 * 6_000)]));
    const { sampling: again, see: seeAgain } = open(database);
    seeAgain('sketch', portions[1]!);
    expect(shares(again)).toEqual(found);
  });

  test('takes at most twice the budget of a minute that begins quietly, and the budget of those after it', () => {
    const { sampling, see } = open();
    const taken = [1, 2, 3].map((minute) => {
      const portions = Array.from({ length: 40 }, (_, i) =>
        rows(i === 0 ? 50 : 3_000, minute, { ingest_time: 100 * minute + i, conversation_id: null }),
      ).map((portion, i) => portion.map((row) => ({ ...row, trace_id: `${row.trace_id}-${i}` })));
      for (const portion of portions) see('embed', portion);
      return portions.flat().filter((row) => sampling.probability('embed', row) !== null).length;
    });
    // Of a sum of rare events: beyond five times the root of what is expected once in a million.
    expect(taken[0]).toBeLessThan(120 + 5 * Math.sqrt(120));
    for (const later of taken.slice(1)) {
      expect(later).toBeGreaterThan(60 - 5 * Math.sqrt(60));
      expect(later).toBeLessThan(60 + 5 * Math.sqrt(60));
    }
  });

  test('goes on with what an earlier version had decided', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(`CREATE TABLE watch_sampling (sequence INTEGER PRIMARY KEY, tenant TEXT, queue TEXT,
      minute_us INTEGER, probability REAL, rare_slices TEXT);
      INSERT INTO watch_sampling VALUES (1, 'default', 'sketch', ${minute_us}, 0.5, '["service=rare"]')`);
    const { sampling } = open(database);
    expect(new Set(rows(100, 1).map((row) => sampling.probability('sketch', row)))).toEqual(
      new Set([0.5, null]),
    );
    const [rare] = rows(1, 1, { slices: { service: 'rare' } }) as [Candidate];
    expect(sampling.probability('sketch', rare)).toBe(1);
    createTables(database);
  });

  test('takes conversations whole, wherever their messages fall', () => {
    const { sampling, see } = open();
    for (const minute of [1, 2, 3]) see('embed', rows(600, minute));
    const fates = Array.from({ length: 200 }, (_, i) =>
      [1, 2, 3].map((minute) => {
        const [row] = rows(1, minute, { conversation_id: `c${i}` }) as [Candidate];
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
