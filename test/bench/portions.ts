import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog } from '../../collector/src/log.ts';
import { openDuckDbStore } from '../../collector/src/stores/duckdb/store.ts';
import type { Candidate, Store } from '../../collector/src/stores/store.ts';
import { spawnCollector } from '../support/spawn-collector.ts';
import { endlessBodies } from './support/endless-bodies.ts';
import { send } from './support/send.ts';
import { untilStored } from './support/stored.ts';

const spans = 512;
const rows_max = 8_192;
const rounds = 5;
/** Days of so many requests, the second ten times as large. */
const sizes = [60, 600];

/**
 * How long the watch keeps the store busy for a portion of what is new at the end of a day, where it takes one of 64
 * conversations, and how that grows with the day.
 */
export async function run(): Promise<string[]> {
  const measured = [];
  for (const requests of sizes) measured.push(await withDay(requests, measureQueues));
  const [small, large] = measured as [Measured, Measured];
  return (['embed', 'measure'] as const).map((queue) => {
    const [first, second] = [small[queue], large[queue]];
    const per_row = ((second / rows_max) * 1_000).toFixed(1);
    return `portions ${queue.padEnd(16)}${second.toFixed(0)} ms of ${rows_max} rows, ${per_row} µs a row, at ${(sizes[1]! * spans).toLocaleString('en')} spans; ${(second / first).toFixed(1)} times what it is at a tenth`;
  });
}

interface Measured {
  readonly embed: number;
  readonly measure: number;
}

async function withDay<T>(requests: number, work: (store: Store) => Promise<T>): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  try {
    await fill(data, requests);
    const store = await openDuckDbStore({
      ...{ folder: join(data, 'days'), memory_bytes: 512 * 2 ** 20, query_timeout_ms: 60_000 },
      ...{ deduplication_hours: 24, control: new DatabaseSync(':memory:'), log: createLog(() => undefined) },
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function fill(data: string, requests: number): Promise<void> {
  const collector = await spawnCollector({ data, environment: { SEXTANT_DRIFT: 'false' } });
  const agent = new Agent({ keepAlive: true });
  const next = endlessBodies(spans);
  try {
    for (let sent = 0; sent < requests; sent++)
      await send({ url: `${collector.url}/v1/traces`, body: await next(), encoding: 'zstd', agent });
    await untilStored(collector, requests * spans);
  } finally {
    agent.destroy();
    await collector.stop();
  }
}

/** One of 64 conversations. */
function takes({ conversation_id, trace_id }: Candidate): boolean {
  const digest = createHash('sha256')
    .update(conversation_id ?? trace_id)
    .digest();
  return digest.readUInt8() < 4;
}

/** Medians over the last portions of the day. */
async function measureQueues(store: Store): Promise<Measured> {
  const selection = { see() {}, takes };
  const medianOf = async (queue: 'embed' | 'measure') => {
    const took_ms: number[] = [];
    for (;;) {
      const started_ms = performance.now();
      const work = await store.take(queue, rows_max, { selection });
      if (work === null) break;
      took_ms.push(performance.now() - started_ms);
      await store.finish(work, []);
    }
    return took_ms.slice(-rounds).sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
  };
  return { embed: await medianOf('embed'), measure: await medianOf('measure') };
}

if (import.meta.main) for (const line of await run()) console.log(line);
