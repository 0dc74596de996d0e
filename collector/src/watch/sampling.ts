import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import type { QueueName, Work } from '../stores/store.ts';
import { minuteOf } from './observation.ts';

/** Of a slice with so few rows a minute all are taken. */
const rare_rows_max = 10;
const rare_slices_max = 100;
/** Decisions kept: two weeks of one tenant and queue. */
const minutes_max = 20_160;

/** What the decision needs of a row. */
export interface Sampled {
  readonly tenant: string;
  readonly trace_id: string;
  readonly conversation_id: string | null;
  readonly time: number;
  readonly slices: Readonly<Record<string, string>>;
}

/**
 * Bounds what embedding and summing cost. Above the budget a share of the conversations is taken, whole ones,
 * chosen by a hash. The share of a minute is decided when its first row is seen, from how many rows the minute
 * before had, and stays: so that a row is taken or not, whenever and however often that is asked.
 */
export interface Sampling {
  /**
   * Decides on the minutes of these rows where that is open, and counts the rows: once for each work, which may be
   * taken again.
   */
  see(work: Pick<Work<QueueName>, 'queue' | 'mark'>, rows: readonly Sampled[]): void;
  /** Share of the conversations that are taken where the row is, 1 for all; null where it is not taken. */
  probability(queue: QueueName, row: Sampled): number | null;
}

export interface SamplingOptions {
  readonly database: DatabaseSync;
  /** Rows of a tenant and queue to be taken in a second of the spans' own time. */
  readonly per_second: number;
}

interface SeenMinute {
  readonly minute_us: number;
  rows: number;
  readonly by_slice: Map<string, number>;
}

export function createSampling({ database, per_second }: SamplingOptions): Sampling {
  const statements = prepare(database);
  const latest = new Map<string, SeenMinute>();
  const marks = new Map<QueueName, string>();

  function decide(queue: QueueName, tenant: string, minute: SeenMinute): void {
    const before = latest.get(`${queue} ${tenant}`);
    const expected = Math.max(minute.rows, before?.rows ?? 0);
    const by_slice = before?.by_slice ?? minute.by_slice;
    const rare = [...by_slice].filter(([, rows]) => rows <= rare_rows_max).map(([slice]) => slice);
    statements.insert.run({
      ...{ tenant, queue, minute_us: minute.minute_us },
      probability: Math.min(1, (60 * per_second) / expected),
      rare_slices: JSON.stringify(rare.slice(0, rare_slices_max)),
    });
    statements.forget.run();
  }

  function count(queue: QueueName, tenant: string, minute: SeenMinute): void {
    const name = `${queue} ${tenant}`;
    const before = latest.get(name);
    if (before?.minute_us !== minute.minute_us) {
      // Late rows of an old minute say nothing about the next one.
      if (before === undefined || before.minute_us < minute.minute_us) latest.set(name, minute);
      return;
    }
    before.rows += minute.rows;
    for (const [slice, rows] of minute.by_slice) {
      before.by_slice.set(slice, (before.by_slice.get(slice) ?? 0) + rows);
    }
  }

  return {
    see({ queue, mark }, rows) {
      if (marks.get(queue) === mark) return;
      marks.set(queue, mark);
      const groups = Map.groupBy(rows, ({ tenant, time }) => JSON.stringify([tenant, minuteOf(time)]));
      transaction(database, () => {
        for (const group of groups.values()) {
          const [{ tenant, time }] = group as [Sampled];
          const minute = seenMinute(minuteOf(time), group);
          if (!statements.find.get({ tenant, queue, minute_us: minute.minute_us })) {
            decide(queue, tenant, minute);
          }
          count(queue, tenant, minute);
        }
      });
    },
    probability(queue, row) {
      const { tenant, time, slices } = row;
      const decided = statements.find.get({ tenant, queue, minute_us: minuteOf(time) });
      const probability = Number(decided?.['probability'] ?? 1);
      if (probability === 1) return 1;
      const rare = JSON.parse(String(decided?.['rare_slices'])) as string[];
      if (sliceNames(slices).some((slice) => rare.includes(slice))) return 1;
      return place(row) < probability ? probability : null;
    },
  };
}

function seenMinute(minute_us: number, rows: readonly Sampled[]): SeenMinute {
  const by_slice = new Map<string, number>();
  for (const { slices } of rows) {
    for (const slice of sliceNames(slices)) by_slice.set(slice, (by_slice.get(slice) ?? 0) + 1);
  }
  return { minute_us, rows: rows.length, by_slice };
}

function sliceNames(slices: Readonly<Record<string, string>>): string[] {
  return Object.entries(slices).map(([key, value]) => `${key}=${value}`);
}

/** Where a conversation stands between 0 and 1: the same on every machine. */
function place({ tenant, conversation_id, trace_id }: Sampled): number {
  const name = JSON.stringify([tenant, conversation_id ?? trace_id]);
  return createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare(`
      SELECT probability, rare_slices FROM watch_sampling
      WHERE tenant = $tenant AND queue = $queue AND minute_us = $minute_us`),
    insert: database.prepare(`
      INSERT INTO watch_sampling (tenant, queue, minute_us, probability, rare_slices)
      VALUES ($tenant, $queue, $minute_us, $probability, $rare_slices)`),
    forget: database.prepare(`
      DELETE FROM watch_sampling WHERE sequence <= (SELECT max(sequence) FROM watch_sampling) - ${minutes_max}`),
  };
}
