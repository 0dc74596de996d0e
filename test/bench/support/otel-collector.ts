import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collector_program, isListening } from '../../interop/collector/collector.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/spawn-collector.ts';

export interface Peer {
  readonly url: string;
  readonly pid: number;
}

/** Whether `npm run test:interop -- collector` has built it. */
export function hasCollector(): boolean {
  return existsSync(collector_program);
}

export interface PeerOptions {
  readonly is_synced: boolean;
  /** The words of a command it runs under. */
  readonly under?: readonly string[];
}

/**
 * Runs the OpenTelemetry Collector with a queue on disk, so that an acknowledgement means written, and synced
 * where wanted. What it would hand on to always says "later", so that only taking in is measured.
 */
export async function withOtelCollector<Result>(
  { is_synced, under = [] }: PeerOptions,
  work: (peer: Peer) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-peer-'));
  const never = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => never.listen(0, '127.0.0.1', resolve));
  const sink = `http://127.0.0.1:${(never.address() as AddressInfo).port}`;
  const endpoint = `127.0.0.1:${await freePort()}`;
  const file = join(folder, 'collector.json');
  writeFileSync(file, JSON.stringify(configuration({ endpoint, sink, folder, is_synced })));
  const [command, ...words] = [...under, collector_program, '--config', `file:${file}`];
  const child = spawn(command as string, words, { stdio: 'ignore' });
  try {
    const url = `http://${endpoint}/v1/traces`;
    await eventually(() => isListening(url));
    return await work({ url, pid: child.pid as number });
  } finally {
    child.kill('SIGKILL');
    never.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Settings {
  readonly endpoint: string;
  readonly sink: string;
  readonly folder: string;
  readonly is_synced: boolean;
}

// YAML contains JSON.
function configuration({ endpoint, sink, folder, is_synced }: Settings): object {
  const storage = {
    directory: join(folder, 'queue'),
    create_directory: true,
    fsync: is_synced,
    timeout: '10s',
  };
  const exporter = {
    endpoint: sink,
    compression: 'none',
    retry_on_failure: { max_elapsed_time: '0s' },
    sending_queue: { storage: 'file_storage', queue_size: 1_000_000 },
  };
  return {
    extensions: { file_storage: storage },
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { otlp_http: exporter },
    service: {
      extensions: ['file_storage'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    },
  };
}
