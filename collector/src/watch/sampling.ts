import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import type { Candidate, QueueName, Selection, Work } from '../stores/store.ts';
import { minuteOf } from './observation.ts';
import { createSamplingSteps, type MinuteKey } from './sampling-steps.ts';

/** Of a slice with so few rows a minute all are taken. */
const rare_rows_max = 10;
const rare_slices_max = 100;

/**
 * Bounds what embedding and summing cost. Above the budget a share of the conversations is taken, whole ones,
 * chosen by a hash. The share is decided with every portion of a minute, from how many rows the minute before had
 * and this one has so far, and stays for the rows of that portion: so that a row is taken or not, whenever and
 * however often that is asked. A minute that begins quietly and ends in a burst takes twice its budget at most.
 */
export interface Sampling {
  /**
   * Decides on these rows where that is open, and counts them: once for each work, which may be taken again.
   */
  see(work: Pick<Work<QueueName>, 'queue' | 'mark'>, rows: readonly Candidate[]): void;
  /** Share of the conversations that are taken where the row is, 1 for all; null where it is not taken. */
  probability(queue: QueueName, row: Candidate): number | null;
}

export interface SamplingOptions {
  readonly database: DatabaseSync;
  /** Rows of a tenant and queue to be taken in a second of the spans' own time. */
  readonly per_second: number;
}

/** The same decision, for a store that hands out what is taken. */
export function selectionOf(sampling: Sampling, queue: QueueName): Selection {
  return {
    see: (mark, rows) => sampling.see({ queue, mark }, rows),
    takes: (row) => sampling.probability(queue, row) !== null,
  };
}

interface SeenMinute {
  readonly minute_us: number;
  readonly rows: number;
  readonly by_slice: ReadonlyMap<string, number>;
}

/** The latest minute, and the one that was the latest before it. */
interface SeenMinutes {
  readonly current: SeenMinute;
  readonly previous: SeenMinute | null;
}

export function createSampling({ database, per_second }: SamplingOptions): Sampling {
  const steps = createSamplingSteps(database);
  const seen = new Map<string, SeenMinutes>();
  const marks = new Map<QueueName, string>();

  function see(key: MinuteKey, rows: readonly Candidate[]): void {
    const name = `${key.queue} ${key.tenant}`;
    const minutes = withPortion(seen.get(name), seenMinute(key.minute_us, rows));
    seen.set(name, minutes);
    const ingest_us = rows.reduce((first, row) => Math.min(first, row.ingest_time), Number.POSITIVE_INFINITY);
    // The same work as before a restart.
    if (steps.of(key).some((step) => step.ingest_us === ingest_us)) return;
    // Late rows of an old minute are as many as the latest minutes let expect.
    const usual = minutes.previous ?? minutes.current;
    const spent = steps.spent(key);
    const expected_rows = Math.max(spent.rows + rows.length, usual.rows);
    const portion = { expected_rows, rows: rows.length, taken: spent.taken };
    const probability = shareOf(portion, 60 * per_second);
    steps.add(key, { ingest_us, rows: rows.length, probability, rare_slices: rareSlices(usual) });
  }

  return {
    see({ queue, mark }, rows) {
      if (marks.get(queue) === mark) return;
      marks.set(queue, mark);
      const groups = Map.groupBy(rows, ({ tenant, time }) => JSON.stringify([tenant, minuteOf(time)]));
      transaction(database, () => {
        for (const group of groups.values()) {
          const [{ tenant, time }] = group as [Candidate];
          see({ queue, tenant, minute_us: minuteOf(time) }, group);
        }
      });
    },
    probability(queue, row) {
      const { tenant, time, ingest_time, slices } = row;
      const of_minute = steps.of({ queue, tenant, minute_us: minuteOf(time) });
      const step = of_minute.findLast(({ ingest_us }) => ingest_us <= ingest_time) ?? of_minute[0];
      if (step === undefined || step.probability === 1) return 1;
      if (sliceNames(slices).some((slice) => step.rare_slices.has(slice))) return 1;
      return place(row) < step.probability ? step.probability : null;
    },
  };
}

interface Portion {
  /** Of the whole minute. */
  readonly expected_rows: number;
  readonly rows: number;
  /** Rows of the minute that were taken before. */
  readonly taken: number;
}

/** The share that fits the budget of a minute; where it has begun with too large a one, half of what is left of two. */
function shareOf({ expected_rows, rows, taken }: Portion, budget: number): number {
  if (expected_rows <= budget) return 1;
  return Math.min(budget / expected_rows, Math.max(0, 2 * budget - taken) / (2 * rows));
}

function withPortion(known: SeenMinutes | undefined, portion: SeenMinute): SeenMinutes {
  if (known === undefined) return { current: portion, previous: null };
  const { current } = known;
  if (portion.minute_us > current.minute_us) return { current: portion, previous: current };
  // Late rows of an old minute say nothing about the next one.
  if (portion.minute_us < current.minute_us) return known;
  const by_slice = new Map(current.by_slice);
  for (const [slice, rows] of portion.by_slice) by_slice.set(slice, (by_slice.get(slice) ?? 0) + rows);
  return { ...known, current: { ...current, rows: current.rows + portion.rows, by_slice } };
}

function seenMinute(minute_us: number, rows: readonly Candidate[]): SeenMinute {
  const by_slice = new Map<string, number>();
  for (const { slices } of rows) {
    for (const slice of sliceNames(slices)) by_slice.set(slice, (by_slice.get(slice) ?? 0) + 1);
  }
  return { minute_us, rows: rows.length, by_slice };
}

function rareSlices({ by_slice }: SeenMinute): ReadonlySet<string> {
  const rare = [...by_slice].filter(([, rows]) => rows <= rare_rows_max).map(([slice]) => slice);
  return new Set(rare.slice(0, rare_slices_max));
}

function sliceNames(slices: Readonly<Record<string, string>>): string[] {
  return Object.entries(slices).map(([key, value]) => `${key}=${value}`);
}

/** Where a conversation stands between 0 and 1: the same on every machine. */
function place({ tenant, conversation_id, trace_id }: Candidate): number {
  const name = JSON.stringify([tenant, conversation_id ?? trace_id]);
  return createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
}
