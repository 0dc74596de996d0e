import type { DatabaseSync } from 'node:sqlite';
import type { QueueName } from '../stores/store.ts';

/** Which minute of which tenant's rows. */
export interface MinuteKey {
  readonly queue: QueueName;
  readonly tenant: string;
  readonly minute_us: number;
}

/** What was decided about the rows of a minute that were stored at a time or later, until the next step. */
export interface SamplingStep {
  readonly ingest_us: number;
  /** Share of the conversations taken. */
  readonly probability: number;
  /** Slices of which all are taken, as `key=value`. */
  readonly rare_slices: ReadonlySet<string>;
}

/** Decisions of the sampling, kept so that a row has the same fate whenever it is asked. */
export interface SamplingSteps {
  /** Those of a minute in their order. */
  of(minute: MinuteKey): readonly SamplingStep[];
  /** Rows the steps of a minute were about, and how many of them were to be expected to be taken. */
  spent(minute: MinuteKey): { readonly rows: number; readonly taken: number };
  add(minute: MinuteKey, step: SamplingStep & { readonly rows: number }): void;
}

/** Some days of a busy collector, a week of a quiet one. */
const steps_max = 100_000;
const remembered_minutes_max = 256;

export function createSamplingSteps(database: DatabaseSync): SamplingSteps {
  const statements = prepare(database);
  const remembered = new Map<string, readonly SamplingStep[]>();
  return {
    of(minute) {
      const name = nameOf(minute);
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const steps = statements.find.all({ ...minute }).map(toStep);
      if (remembered.size >= remembered_minutes_max) remembered.clear();
      remembered.set(name, steps);
      return steps;
    },
    spent(minute) {
      const row = statements.spent.get({ ...minute });
      return { rows: Number(row?.['rows']), taken: Number(row?.['taken']) };
    },
    add(minute, { ingest_us, rows, probability, rare_slices }) {
      remembered.delete(nameOf(minute));
      const rare = JSON.stringify([...rare_slices]);
      statements.insert.run({ ...minute, ingest_us, rows, probability, rare_slices: rare });
      statements.forget.run();
    },
  };
}

function nameOf({ queue, tenant, minute_us }: MinuteKey): string {
  return `${queue} ${minute_us} ${tenant}`;
}

function toStep(row: Readonly<Record<string, unknown>>): SamplingStep {
  return {
    ingest_us: Number(row['ingest_us']),
    probability: Number(row['probability']),
    rare_slices: new Set(JSON.parse(String(row['rare_slices'])) as string[]),
  };
}

function prepare(database: DatabaseSync) {
  const of_minute = 'tenant = $tenant AND queue = $queue AND minute_us = $minute_us';
  return {
    find: database.prepare(`
      SELECT ingest_us, probability, rare_slices FROM watch_sampling_steps WHERE ${of_minute} ORDER BY ingest_us`),
    spent: database.prepare(`
      SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(rows * probability), 0) AS taken
      FROM watch_sampling_steps WHERE ${of_minute}`),
    insert: database.prepare(`
      INSERT INTO watch_sampling_steps (tenant, queue, minute_us, ingest_us, rows, probability, rare_slices)
      VALUES ($tenant, $queue, $minute_us, $ingest_us, $rows, $probability, $rare_slices)`),
    forget: database.prepare(`
      DELETE FROM watch_sampling_steps
      WHERE sequence <= (SELECT max(sequence) FROM watch_sampling_steps) - ${steps_max}`),
  };
}
