import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openJournal } from '../../collector/src/journal/journal.ts';
import { makeSpans } from '../crash/spans.ts';
import { type LaunchedCollector, launchCollector } from '../support/spawn-collector.ts';
import { makePayloads } from './support/payload.ts';
import { readFigures } from './support/process-figures.ts';
import { placesOf, variantOf } from './support/variants.ts';

const GB = 1e9;
const spans_per_request = 512;
const drain_ms = 30_000;

/**
 * A collector that starts with a large backlog: how soon it takes requests, and what it needs while it stores.
 * The backlog is written by the journal itself, of bodies that differ in every id and every message.
 *
 *   node --conditions=@sextant/source test/bench/backlog.ts --gigabytes 10
 */
export async function run(gigabytes = 2): Promise<string[]> {
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  try {
    const bodies = await writeBacklog(join(data, 'journal'), gigabytes * GB);
    const segments = readdirSync(join(data, 'journal')).length;
    const collector = launchCollector({ data });
    const started_ms = performance.now();
    try {
      const url = await collector.url;
      const first = await send(url, 0);
      if (!first.is_acknowledged) throw new Error('The first request was refused.');
      const ready_ms = performance.now() - started_ms;
      const drain = await watchDrain(collector, url);
      return [
        `backlog                    ${gigabytes} GB in ${segments} segments, ${bodies * spans_per_request} spans (identity)`,
        `backlog first request      acknowledged ${ready_ms.toFixed(0)} ms after the start of the process`,
        `backlog store              ready after ${drain.store_ready_ms === null ? 'more than 30 s' : `${drain.store_ready_ms.toFixed(0)} ms`}, ${drain.stored} spans stored in ${drain_ms / 1_000} s`,
        `backlog memory             at most ${drain.resident_mb.toFixed(0)} MB resident, both processes, in these ${drain_ms / 1_000} s`,
        `backlog requests meanwhile ${drain.acknowledged} acknowledged, ${drain.refused} refused, p50 ${drain.p50_ms.toFixed(1)} ms, p99 ${drain.p99_ms.toFixed(1)} ms`,
      ];
    } finally {
      await collector.kill();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Returns the number of requests written. */
async function writeBacklog(folder: string, bytes: number): Promise<number> {
  const journal = await openJournal({ folder, segment_bytes: 64 * 2 ** 20, journal_bytes_max: 2 * bytes });
  const template = (makePayloads({ requests: 1, spans: spans_per_request, seed: 3 })[0] as Payload).identity;
  const places = placesOf(template);
  let bodies = 0;
  while (journal.bytes() < bytes) {
    const group = Array.from({ length: 8 }, () => {
      bodies += 1;
      return journal.append({
        signal: 'traces',
        encoding: 'identity',
        content_type: 'protobuf',
        tenant: 'default',
        received_ms: Date.now(),
        body: variantOf(template, places, bodies),
      });
    });
    await Promise.all(group);
  }
  await journal.close();
  return bodies;
}

interface Payload {
  readonly identity: Buffer;
}

interface Drain {
  readonly store_ready_ms: number | null;
  readonly stored: number;
  readonly resident_mb: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Sends a small request every tenth of a second and looks at the processes every second. */
async function watchDrain(collector: LaunchedCollector, url: string): Promise<Drain> {
  const begun_ms = performance.now();
  const latencies_ms: number[] = [];
  let [refused, resident_mb, stored] = [0, 0, 0];
  let store_ready_ms: number | null = null;
  for (let tick = 1; performance.now() - begun_ms < drain_ms; tick++) {
    const { is_acknowledged, took_ms } = await send(url, tick * 5);
    if (is_acknowledged) latencies_ms.push(took_ms);
    else refused += 1;
    if (tick % 10 === 0) {
      resident_mb = Math.max(resident_mb, readFigures(collector.pid).resident_mb);
      const stats = (await (await fetch(`${url}/api/stats`)).json()) as Stats;
      stored = Math.max(stored, stats.stored);
      if (stats.store.ready) store_ready_ms ??= performance.now() - begun_ms;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  latencies_ms.sort((a, b) => a - b);
  const percentile = (share: number) => latencies_ms[Math.floor(latencies_ms.length * share)] ?? Number.NaN;
  return {
    store_ready_ms,
    stored,
    resident_mb,
    acknowledged: latencies_ms.length,
    refused,
    p50_ms: percentile(0.5),
    p99_ms: percentile(0.99),
  };
}

interface Stats {
  readonly stored: number;
  readonly store: { readonly ready: boolean };
}

async function send(url: string, first: number): Promise<{ is_acknowledged: boolean; took_ms: number }> {
  const started_ms = performance.now();
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(makeSpans({ sender: 9, first, count: 5 }).body),
  });
  await response.arrayBuffer();
  return { is_acknowledged: response.status === 200, took_ms: performance.now() - started_ms };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { gigabytes: { type: 'string', default: '2' } } });
  for (const line of await run(Number(values.gigabytes))) console.log(line);
}
