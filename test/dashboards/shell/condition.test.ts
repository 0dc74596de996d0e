import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../../dashboards/web/src/shell/condition.ts';

const stats = {
  accepted: 10,
  stored: 10,
  rejected: 0,
  duplicated: 0,
  dropped: {},
  journal: { bytes: 0, lag_bytes: 0, lag_ms: null },
  store: { name: 'duckdb', ready: true },
};

describe('conditionOf', () => {
  it('names the worst thing first', () => {
    expect(conditionOf(stats, null).word).toBe('Healthy');
    expect(conditionOf({ ...stats, journal: { ...stats.journal, lag_ms: 90_000 } }, null).word).toBe(
      'Behind',
    );
    expect(conditionOf({ ...stats, store: { name: 'duckdb', ready: false } }, null).word).toBe('Store down');
    expect(conditionOf(stats, new Error('gone')).word).toBe('Unreachable');
    expect(conditionOf(undefined, null).word).toBe('Connecting');
  });
});
