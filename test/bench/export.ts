import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/run-command.ts';
import { spawnCollector } from '../support/spawn-collector.ts';
import { makePayloads } from './support/payload.ts';
import { readFigures } from './support/process-figures.ts';
import { sendAll } from './support/send.ts';
import { untilStored } from './support/stored.ts';

/** `sextant export --format otlp-json` of spans of 3.4 KB of one day, to files on the same disk. */
export async function run(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const out = join(folder, 'out');
  const collector = await spawnCollector({
    data: join(folder, 'data'),
    environment: { SEXTANT_DRIFT: 'false' },
  });
  try {
    const url = `${collector.url}/v1/traces`;
    const bodies = makePayloads({ requests: 200, spans: 512, seed: 7 }).map(({ gzip }) => gzip);
    const spans = bodies.length * 512;
    await sendAll({ url, bodies, encoding: 'gzip', connections: 4 });
    await untilStored(collector, spans);
    const before = readFigures(collector.pid);
    const started_ms = performance.now();
    const range = ['--from', '2000-01-01', '--to', '2100-01-01'];
    const given = ['export', '--format', 'otlp-json', ...range, '--out', out, '--url', collector.url];
    const { code, said } = await runCommand(given);
    if (code !== 0) throw new Error(said);
    const took_s = (performance.now() - started_ms) / 1000;
    const after = readFigures(collector.pid);
    const written = readdirSync(out).map((name) => statSync(join(out, name)).size);
    const bytes = written.reduce((sum, size) => sum + size, 0);
    return [
      `export OTLP              ${Math.round(spans / took_s).toLocaleString('en')} spans/s, ${(bytes / took_s / 1e6).toFixed(0)} MB/s (${spans} spans)`,
      `export processor time    ${(((after.cpu_s - before.cpu_s) / spans) * 1e6).toFixed(1)} µs/span in the collector`,
      `export resident memory   ${after.resident_mb.toFixed(0)} MB, peak ${after.peak_mb.toFixed(0)} MB, ${before.peak_mb.toFixed(0)} MB before, both processes`,
    ];
  } finally {
    await collector.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) for (const line of await run()) console.log(line);
