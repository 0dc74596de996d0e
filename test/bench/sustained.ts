import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SpawnedCollector, spawnCollector } from '../support/spawn-collector.ts';
import { endlessBodies } from './support/endless-bodies.ts';
import { readFigures } from './support/process-figures.ts';
import { send } from './support/send.ts';
import { readStats } from './support/stored.ts';

const spans = 512;
const connections = 4;
/** Two seconds of the rate that is wanted. */
const waiting_spans_max = 40_000;
const share_of_highest = 0.8;

/**
 * Half of the minutes as fast as spans become queryable, which is found by sending only while fewer than
 * 40,000 spans wait; the other half, when these are stored, at 80 % of that rate, sent by the clock whether or not it
 * is acknowledged.
 * Bodies are compressed with zstd by the sender, on the same cores, and differ in every id and message.
 */
export async function run(minutes = 5): Promise<string[]> {
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const collector = await spawnCollector({ data });
  const agent = new Agent({ keepAlive: true });
  const next = endlessBodies(spans);
  const sendOne = async () => {
    const body = await next();
    const started_ms = performance.now();
    await send({ url: `${collector.url}/v1/traces`, body, encoding: 'zstd', agent });
    return performance.now() - started_ms;
  };
  try {
    const half_ms = minutes * 30_000;
    const highest = await measure(collector, () => sendWhileFollowed(collector, sendOne, half_ms));
    // What waits still is of the other load.
    while ((await readWaiting(collector)) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const pause_ms = (spans / (highest.rate * share_of_highest)) * 1_000;
    const steady = await measure(collector, () => sendByClock(sendOne, { pause_ms, until_ms: half_ms }));
    return [...describe('highest', highest), ...describe('at 80 %', steady)];
  } finally {
    agent.destroy();
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

type SendOne = () => Promise<number>;

async function sendWhileFollowed(
  collector: SpawnedCollector,
  sendOne: SendOne,
  until_ms: number,
): Promise<number[]> {
  const started_ms = performance.now();
  const latencies_ms: number[] = [];
  const worker = async () => {
    while (performance.now() - started_ms < until_ms) {
      if ((await readWaiting(collector)) < waiting_spans_max) latencies_ms.push(await sendOne());
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return latencies_ms;
}

/** An acknowledgement that comes late does not hold up the requests after it. */
async function sendByClock(
  sendOne: SendOne,
  { pause_ms, until_ms }: { readonly pause_ms: number; readonly until_ms: number },
): Promise<number[]> {
  const started_ms = performance.now();
  const sent: Promise<number>[] = [];
  while (performance.now() - started_ms < until_ms) {
    const due_ms = started_ms + sent.length * pause_ms;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due_ms - performance.now())));
    sent.push(sendOne());
  }
  return await Promise.all(sent);
}

interface Measured {
  /** Spans stored in a second. */
  readonly rate: number;
  readonly cpu_us: number;
  /** Seen every second. */
  readonly resident_mb: readonly number[];
  /** How long what waits takes to be stored. */
  readonly lag_ms: readonly number[];
  readonly latencies_ms: readonly number[];
}

async function measure(collector: SpawnedCollector, load: () => Promise<number[]>): Promise<Measured> {
  const before = { ...readFigures(collector.pid), ...(await readStats(collector)) };
  const started_ms = performance.now();
  const resident_mb: number[] = [];
  const waiting_spans: number[] = [];
  const watch = setInterval(async () => {
    resident_mb.push(readFigures(collector.pid).resident_mb);
    waiting_spans.push(await readWaiting(collector));
  }, 1_000);
  const latencies_ms = await load().finally(() => clearInterval(watch));
  const took_s = (performance.now() - started_ms) / 1_000;
  const after = { ...readFigures(collector.pid), ...(await readStats(collector)) };
  const stored = after.stored - before.stored;
  if (stored === 0) throw new Error('Nothing was stored.');
  const cpu_us = ((after.cpu_s - before.cpu_s) / stored) * 1e6;
  const rate = stored / took_s;
  const lag_ms = waiting_spans.map((waiting) => (waiting / rate) * 1_000);
  return { rate, cpu_us, resident_mb, lag_ms, latencies_ms };
}

/** Spans that are acknowledged and not queryable yet. */
async function readWaiting(collector: SpawnedCollector): Promise<number> {
  const { accepted, stored } = await readStats(collector);
  return accepted - stored;
}

function describe(name: string, { rate, cpu_us, resident_mb, lag_ms, latencies_ms }: Measured): string[] {
  const label = `sustained ${name}`.padEnd(25);
  const fifths = [0.2, 0.4, 0.6, 0.8, 1].map(
    (share) => resident_mb[Math.ceil(resident_mb.length * share) - 1],
  );
  return [
    `${label}${Math.round(rate).toLocaleString('en')} spans/s queryable, ${cpu_us.toFixed(1)} µs/span, both processes (zstd, ${spans} spans a request)`,
    `${label}acknowledged p50 ${percentile(latencies_ms, 0.5)} ms, p99 ${percentile(latencies_ms, 0.99)} ms (${latencies_ms.length} requests)`,
    `${label}lag p50 ${percentile(lag_ms, 0.5)} ms, at most ${percentile(lag_ms, 1)} ms`,
    `${label}resident ${fifths.map((value) => value?.toFixed(0) ?? '–').join(', ')} MB over time, both processes`,
  ];
}

function percentile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0) ?? '–';
}

if (import.meta.main) for (const line of await run()) console.log(line);
