import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnCollector } from '../support/spawn-collector.ts';
import { makePayloads, type Payload } from './support/payload.ts';
import { readFigures } from './support/process-figures.ts';
import { sendAll } from './support/send.ts';
import { sizeOfDays, untilStored } from './support/stored.ts';

/**
 * Spans until they are queryable, for requests of 512 spans of 3.4 KB with gzip, sent as fast as they are
 * acknowledged. The sender runs on the same cores, so the processor time for each span says more than the rate.
 */
export async function run(): Promise<string[]> {
  const payloads = makePayloads({ requests: 400, spans: 512, seed: 7 });
  const spans = payloads.length * 512;
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const collector = await spawnCollector({
    data: folder,
    environment: { SEXTANT_DRIFT: process.env['SEXTANT_DRIFT'] ?? 'true' },
  });
  const send = (chosen: readonly Payload[]) =>
    sendAll({
      url: `${collector.url}/v1/traces`,
      bodies: chosen.map(({ gzip }) => gzip),
      encoding: 'gzip',
      connections: 4,
    });
  try {
    await send(makePayloads({ requests: 10, spans: 512, seed: 8 }));
    await untilStored(collector, 5_120);
    const before = readFigures(collector.pid);
    const started_ms = performance.now();
    await send(payloads);
    await untilStored(collector, 5_120 + spans);
    const queryable_ms = performance.now() - started_ms;
    const after = readFigures(collector.pid);
    return [
      `ingest queryable         ${rate(spans, queryable_ms)} spans/s (gzip, 512 × ${Math.round((payloads[0] as Payload).identity.length / 512)} B, all at once)`,
      `ingest processor time    ${(((after.cpu_s - before.cpu_s) / spans) * 1e6).toFixed(1)} µs/span, both processes`,
      `ingest resident memory   ${after.resident_mb.toFixed(0)} MB, peak ${after.peak_mb.toFixed(0)} MB, both processes`,
      `ingest on disk           ${Math.round(sizeOfDays(folder) / (spans + 5_120))} B/span`,
    ];
  } finally {
    await collector.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rate(spans: number, duration_ms: number): string {
  return Math.round(spans / (duration_ms / 1000)).toLocaleString('en');
}

if (import.meta.main) for (const line of await run()) console.log(line);
