import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog } from '../../collector/src/log.ts';
import { openDuckDbStore } from '../../collector/src/stores/duckdb/store.ts';
import type { QueryValue, Store } from '../../collector/src/stores/store.ts';
import { day_us, embeddingRow, modelCall, noon_us, recordAt, sketchRow } from '../contracts/store/rows.ts';

const calls_a_day = 20;
const rounds = 21;
/** A week and a year. */
const sizes = [7, 365];
const latest = { from_us: noon_us, to_us: noon_us + day_us / 24 };
const sketches = { feature: 'embedding.output', sketch_id: 'test' };
/** What the watch asks for a window, what a rule asks in each round, and the page of traces one opens. */
const questions: Readonly<Record<string, Readonly<Record<string, QueryValue>>>> = {
  sketch_sums: { ...sketches, ...latest },
  sketch_minutes: { ...sketches, from_us: latest.from_us, limit: 1_000 },
  timeline: { ...latest, step_us: 60_000_000, service: null, model: null },
  traces: { limit: 20 },
};

/** How long questions about the last hour take, and how that grows with the number of days there are. */
export async function run(): Promise<string[]> {
  const measured = [];
  for (const days of sizes) measured.push(await measureDays(days));
  const [small, large] = measured as [Measured, Measured];
  return Object.keys(large).map((name) => {
    const growth = ((large[name] as number) / (small[name] as number)).toFixed(1);
    return `days ${name.padEnd(20)}${large[name]?.toFixed(1)} ms at ${sizes[1]} days, ${growth} times what it is at ${sizes[0]}`;
  });
}

/** Milliseconds, by question. */
type Measured = Readonly<Record<string, number>>;

async function measureDays(days: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const open = () =>
    openDuckDbStore({
      ...{ folder: join(folder, 'days'), memory_bytes: 256 * 2 ** 20, query_timeout_ms: 60_000 },
      ...{ deduplication_hours: 24, control: new DatabaseSync(':memory:'), log: createLog(() => undefined) },
    });
  try {
    const filled = await open();
    await fill(filled, days);
    await filled.close();
    const started_ms = performance.now();
    const store = await open();
    const opened_ms = performance.now() - started_ms;
    const asked: [string, number][] = [];
    for (const name in questions) asked.push([name, await medianOf(store, name)]);
    await store.close();
    return { ...Object.fromEntries(asked), opening: opened_ms };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls, vectors and sketches of each day. */
async function fill(store: Store, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    const start_us = noon_us - day * day_us;
    const calls = Array.from({ length: calls_a_day }, (_, index) => {
      const number = day * calls_a_day + index;
      const call = modelCall(number, { start_time: start_us + index });
      return { ...call, embeddings: [embeddingRow(number, { time: start_us + index })] };
    });
    await store.append({ records: [recordAt(100 * (day + 1), ...calls)] });
    const work = await store.take('sketch', calls_a_day);
    if (work) await store.finish(work, [sketchRow({ minute: start_us, count: work.rows.length })]);
  }
}

async function medianOf(store: Store, name: string): Promise<number> {
  const took_ms: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started_ms = performance.now();
    await store.query(name, { tenant: 'default', ...questions[name] });
    took_ms.push(performance.now() - started_ms);
  }
  return took_ms.sort((a, b) => a - b)[rounds >> 1] as number;
}

if (import.meta.main) for (const line of await run()) console.log(line);
