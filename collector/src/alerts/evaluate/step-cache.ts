import type { Row } from '../../stores/store.ts';

/** Steps of time that are older than this are read once: spans hardly ever come later. */
const SETTLED_MS = 3_600_000;
const KEYS_MAX = 500;

export interface StepRequest {
  /** Names what is read: unlike requests have unlike keys. */
  readonly key: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly step_ms: number;
  read(from_ms: number, to_ms: number): Promise<readonly Row[]>;
}

/** Rows for steps of time, so that a rule over days does not read days each time it is asked. */
export interface StepCache {
  /** Rows with a column `time`, in microseconds, oldest first. */
  rows(request: StepRequest): Promise<Row[]>;
}

interface Kept {
  readonly rows: Map<number, Row>;
  readonly from_ms: number;
  readonly through_ms: number;
}

export function createStepCache(): StepCache {
  const kept = new Map<string, Kept>();
  return {
    async rows({ key, from_ms, to_ms, step_ms, read }) {
      const before = kept.get(key);
      const is_usable = before !== undefined && before.from_ms <= from_ms && before.through_ms <= to_ms;
      const settled_ms = is_usable ? alignDown(before.through_ms - SETTLED_MS, step_ms) : from_ms;
      const start_ms = Math.max(from_ms, settled_ms);
      const rows = new Map<number, Row>();
      for (const [time_ms, row] of is_usable ? before.rows : [])
        if (time_ms >= from_ms && time_ms < start_ms) rows.set(time_ms, row);
      for (const row of await read(start_ms, to_ms)) rows.set(Number(row['time']) / 1000, row);
      kept.delete(key);
      kept.set(key, { rows, from_ms, through_ms: to_ms });
      const oldest = kept.size > KEYS_MAX ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      return [...rows.values()];
    },
  };
}

export function alignDown(time_ms: number, step_ms: number): number {
  return Math.floor(time_ms / step_ms) * step_ms;
}
