import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/spawn-collector.ts';

/** The program that main.go beside this is built into. */
export const collector_program = fileURLToPath(new URL('../../output/interop/collector', import.meta.url));

/** The OpenTelemetry Collector, which hands on to Sextant what it is given. */
export interface Collector {
  /** Gives it an OTLP/JSON request. */
  take(signal: 'traces' | 'logs' | 'metrics', request: object): Promise<void>;
  /** Resolves when it has handed on everything, or given it up, and has ended. */
  drain(): Promise<void>;
  /** Everything it logged. */
  said(): string;
}

/** Name and settings of the exporter it hands on with. */
export type Exporter = Readonly<Record<string, object>>;

/** Runs it for the time of the work. */
export async function withCollector(
  exporter: Exporter,
  work: (collector: Collector) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-otelcol-'));
  const endpoint = `127.0.0.1:${await freePort()}`;
  const file = join(folder, 'collector.json');
  await writeFile(file, JSON.stringify(configuration(endpoint, exporter)));
  const child = spawn(collector_program, ['--config', `file:${file}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const collector = collectorOf(child, `http://${endpoint}`);
  try {
    await eventually(async () => child.exitCode !== null || is_ready.test(collector.said()), collector.said);
    if (child.exitCode !== null) throw new Error('The Collector ended at once.');
    await work(collector);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${collector.said()}`, {
      cause: error,
    });
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** It listens before it handles signals: one that it is sent in between ends it with all it has. */
const is_ready = /Everything is ready/;

// YAML contains JSON.
function configuration(endpoint: string, exporter: Exporter): object {
  const pipeline = { receivers: ['otlp'], exporters: Object.keys(exporter) };
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: exporter,
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
    },
  };
}

function collectorOf(child: ChildProcess, url: string): Collector {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  }
  return {
    said: () => said,
    async take(signal, request) {
      const response = await fetch(`${url}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      const text = await response.text();
      if (!response.ok || text !== '{"partialSuccess":{}}')
        throw new Error(`The Collector answered ${response.status}: ${text}`);
    },
    async drain() {
      const exit = once(child, 'exit', { signal: AbortSignal.timeout(60_000) });
      child.kill('SIGTERM');
      await exit;
    },
  };
}

export async function isListening(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
