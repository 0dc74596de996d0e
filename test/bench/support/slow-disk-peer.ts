import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnCollector } from '../../support/spawn-collector.ts';
import { hasCollector, withOtelCollector } from './otel-collector.ts';
import { sendAll } from './send.ts';
import { slowSyncs } from './slow-syncs.ts';

export interface SlowDisk {
  readonly sync_ms: number;
  readonly connections: readonly number[];
  /** Distinct requests, compressed with gzip. */
  readonly bodies: readonly Buffer[];
}

/**
 * The whole collector and the OpenTelemetry Collector with a queue on disk, one after the other, under a tracer that
 * holds back every sync of either.
 */
export async function besideCollector(disk: SlowDisk): Promise<string[]> {
  const under = slowSyncs(disk.sync_ms);
  if (!under)
    return ['slow disk beside the OpenTelemetry Collector: not measured, since strace cannot trace here'];
  const own = await measureOwn(disk, under);
  if (!hasCollector()) return [...linesOf('Sextant', own), without_peer];
  const peer = await withOtelCollector({ is_synced: true, under }, ({ url }) => measure(disk, url));
  return [...linesOf('Sextant', own), ...linesOf('OpenTelemetry Collector', peer), ...ratios(own, peer)];
}

const without_peer =
  'build the OpenTelemetry Collector with "npm run test:interop -- collector" to see it beside';

interface Figures {
  readonly connections: number;
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

async function measureOwn(disk: SlowDisk, under: readonly string[]): Promise<Figures[]> {
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const collector = await spawnCollector({ data, under });
  try {
    return await measure(disk, `${collector.url}/v1/traces`);
  } finally {
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure({ bodies, connections }: SlowDisk, url: string): Promise<Figures[]> {
  const encoding = 'gzip';
  await sendAll({ url, bodies: bodies.slice(0, 100), encoding, connections: 4 });
  const measured: Figures[] = [];
  for (const count of connections) {
    const started_ms = performance.now();
    const latencies_ms = await sendAll({ url, bodies, encoding, connections: count });
    const per_second = bodies.length / ((performance.now() - started_ms) / 1000);
    const percentile = (share: number) => latencies_ms[Math.floor(latencies_ms.length * share)] ?? Number.NaN;
    measured.push({ connections: count, per_second, p50_ms: percentile(0.5), p99_ms: percentile(0.99) });
  }
  return measured;
}

function linesOf(name: string, measured: readonly Figures[]): string[] {
  return measured.map(
    ({ connections, per_second, p50_ms, p99_ms }) =>
      `slow disk, ${name}, ${connections} connections: ${per_second.toFixed(0)} acknowledgements/s, ` +
      `p50 ${p50_ms.toFixed(1)} ms, p99 ${p99_ms.toFixed(1)} ms`,
  );
}

function ratios(own: readonly Figures[], peer: readonly Figures[]): string[] {
  return own.map(({ connections, per_second }, index) => {
    const ratio = per_second / (peer[index]?.per_second ?? Number.NaN);
    return `slow disk, ${connections} connections: ${ratio.toFixed(1)} × the OpenTelemetry Collector`;
  });
}
