import type { ExportParts, ExportRange, Run } from './portions.ts';

/** Where rows without ids are: those of one moment that were stored together, at most what a transaction stores. */
export interface Moment {
  readonly time: number;
  readonly ingest_time: number;
  /** How many; of the last moment of a page only those the page listed. */
  readonly rows: number;
}

/** The moments of a table, each once, in their order. `query` lists them row by row. */
export async function* readMoments(
  query: string,
  { tenant, from_us, to_us }: ExportRange,
  { store, signal, keys_max = 10_000 }: ExportParts,
): AsyncGenerator<readonly Moment[]> {
  let after: Omit<Moment, 'rows'> = { time: from_us, ingest_time: 0 };
  for (;;) {
    const cursor = { from_us: after.time, after_ingest_us: after.ingest_time };
    const rows = await store.query(query, { tenant, ...cursor, to_us, limit: keys_max }, { signal });
    const moments = distinct(rows as unknown as readonly Moment[]);
    if (moments.length > 0) yield moments;
    const last = moments.at(-1);
    if (last === undefined || rows.length < keys_max) return;
    after = last;
  }
}

function distinct(listed: readonly Omit<Moment, 'rows'>[]): Moment[] {
  const moments: Moment[] = [];
  for (const { time, ingest_time } of listed) {
    const last = moments.at(-1);
    const is_same = last?.time === time && last.ingest_time === ingest_time;
    if (is_same) moments[moments.length - 1] = { ...last, rows: last.rows + 1 };
    else moments.push({ time, ingest_time, rows: 1 });
  }
  return moments;
}

/** The rows of a run of moments: from the first to the last of them. */
export function boundsOf(run: Run<Moment>) {
  const [first, last] = [run[0], run.at(-1) ?? run[0]];
  return {
    from_us: first.time,
    to_us: last.time + 1,
    from_ingest_us: first.ingest_time,
    to_ingest_us: last.ingest_time,
  };
}
