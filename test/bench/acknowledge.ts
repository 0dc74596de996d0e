import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { spawnCollector } from '../support/spawn-collector.ts';
import { hasCollector, withOtelCollector } from './support/otel-collector.ts';
import { makePayloads } from './support/payload.ts';
import { readOwnTime } from './support/process-figures.ts';
import { type Load, sendAll } from './support/send.ts';

const spans = 512;
const connections = 4;

/**
 * What a durable acknowledgement costs the receiving process, for distinct requests of 512 spans of 3.4 KB, beside
 * the OpenTelemetry Collector with a queue on disk in the same run, and beside inflating the same bodies alone.
 */
export async function run(): Promise<string[]> {
  const payloads = makePayloads({ requests: 200, spans, seed: 7 });
  const bodies = {
    gzip: payloads.map(({ gzip }) => gzip),
    identity: payloads.map(({ identity }) => identity),
    zstd: payloads.map(({ identity }) => zstdCompressSync(identity)),
  };
  const lines = [`gunzip alone             ${gunzipTime(bodies.gzip).toFixed(1)} µs/span`];
  for (const encoding of ['gzip', 'identity', 'zstd'] as const) {
    const load = { bodies: bodies[encoding], encoding, connections };
    const own = await measureSextant(load);
    const peers = hasCollector() ? [await measurePeer(load, true), await measurePeer(load, false)] : [];
    const [synced, unsynced] = peers.map(
      (peer) => `${peer.toFixed(1)} (${(peer / own.cpu_us).toFixed(1)} ×)`,
    );
    lines.push(
      `acknowledge, ${encoding}`.padEnd(25) +
        `${own.cpu_us.toFixed(1)} µs/span, ${own.rate.toLocaleString('en')} spans/s, p50 ${own.p50} ms, p99 ${own.p99} ms; ` +
        (synced ? `OpenTelemetry Collector ${synced}, without fsync ${unsynced}` : without_peer),
    );
  }
  return lines;
}

const without_peer =
  'build the OpenTelemetry Collector with "npm run test:interop -- collector" to see it beside';

function gunzipTime(bodies: readonly Buffer[]): number {
  for (const body of bodies.slice(0, 40)) gunzipSync(body);
  const before = process.cpuUsage();
  for (const body of bodies) gunzipSync(body);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (bodies.length * spans);
}

type Bodies = Omit<Load, 'url'>;

async function measureSextant(load: Bodies) {
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const collector = await spawnCollector({ data });
  try {
    const url = `${collector.url}/v1/traces`;
    await sendAll({ ...load, url, bodies: load.bodies.slice(0, 40) });
    const before_s = readOwnTime(collector.pid);
    const started_ms = performance.now();
    // Everything again under the same ids: acknowledging does not look at them.
    const latencies_ms = await sendAll({ ...load, url });
    const took_s = (performance.now() - started_ms) / 1000;
    const count = load.bodies.length * spans;
    const percentile = (share: number) => latencies_ms[Math.floor(latencies_ms.length * share)]?.toFixed(0);
    return {
      cpu_us: ((readOwnTime(collector.pid) - before_s) / count) * 1e6,
      rate: Math.round(count / took_s),
      p50: percentile(0.5),
      p99: percentile(0.99),
    };
  } finally {
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Microseconds of processor time for each span. */
function measurePeer(load: Bodies, is_synced: boolean): Promise<number> {
  return withOtelCollector({ is_synced }, async ({ url, pid }) => {
    await sendAll({ ...load, url, bodies: load.bodies.slice(0, 40) });
    const before_s = readOwnTime(pid);
    await sendAll({ ...load, url });
    return ((readOwnTime(pid) - before_s) / (load.bodies.length * spans)) * 1e6;
  });
}

if (import.meta.main) for (const line of await run()) console.log(line);
