import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SpawnedCollector, spawnCollector } from '../support/spawn-collector.ts';
import { makePayloads, type Payload } from './support/payload.ts';
import { readFigures } from './support/process-figures.ts';

/**
 * Spans acknowledged and spans queryable, for requests of 512 spans of 3.5 KB with gzip. The sender runs on the
 * same cores, so the processor time of the collector for each span says more than the rates.
 */
export async function run(): Promise<string[]> {
  const payloads = makePayloads({ requests: 200, spans: 512, seed: 7 });
  const spans = payloads.length * 512;
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const collector = await spawnCollector({
    data: folder,
    environment: { SEXTANT_DRIFT: process.env['SEXTANT_DRIFT'] ?? 'true' },
  });
  try {
    await sendAll(collector, makePayloads({ requests: 10, spans: 512, seed: 8 }), 4);
    await untilStored(collector, 5_120);
    const before = readFigures(collector.pid);
    const started_ms = performance.now();
    const latencies_ms = await sendAll(collector, payloads, 4);
    const acknowledged_ms = performance.now() - started_ms;
    await untilStored(collector, 5_120 + spans);
    const queryable_ms = performance.now() - started_ms;
    const after = readFigures(collector.pid);
    latencies_ms.sort((a, b) => a - b);
    const percentile = (share: number) =>
      (latencies_ms[Math.floor(latencies_ms.length * share)] as number).toFixed(1);
    return [
      `ingest acknowledged      ${rate(spans, acknowledged_ms)} spans/s, p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms (gzip, 512 × ${Math.round((payloads[0] as Payload).identity.length / 512)} B)`,
      `ingest queryable         ${rate(spans, queryable_ms)} spans/s`,
      `ingest processor time    ${(((after.cpu_s - before.cpu_s) / spans) * 1e6).toFixed(1)} µs/span, both processes`,
      `ingest resident memory   ${after.resident_mb.toFixed(0)} MB, peak ${after.peak_mb.toFixed(0)} MB, both processes`,
    ];
  } finally {
    await collector.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rate(spans: number, duration_ms: number): string {
  return Math.round(spans / (duration_ms / 1000)).toLocaleString('en');
}

/** Sends each payload once over a few kept connections; returns what each acknowledgement took. */
async function sendAll(
  collector: SpawnedCollector,
  payloads: readonly Payload[],
  connections: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies_ms: number[] = [];
  const waiting = [...payloads];
  const worker = async () => {
    for (let payload = waiting.pop(); payload; payload = waiting.pop()) {
      const started_ms = performance.now();
      await send(`${collector.url}/v1/traces`, payload.gzip, agent);
      latencies_ms.push(performance.now() - started_ms);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return latencies_ms;
}

function send(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': body.length,
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function untilStored(collector: SpawnedCollector, spans: number): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    const stats = (await (await fetch(`${collector.url}/api/stats`)).json()) as { stored: number };
    if (stats.stored >= spans) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${spans} spans were not stored in time.`);
}

if (import.meta.main) for (const line of await run()) console.log(line);
