import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess } from '../../collector/src/access/access.ts';
import { openJournal } from '../../collector/src/journal/journal.ts';
import { createIntake } from '../../collector/src/receive/intake.ts';
import { buildServer } from '../../collector/src/receive/server.ts';
import { connectStore } from '../../collector/src/receive/store-client.ts';
import { recordingLog } from '../support/log.ts';
import { type SlowFiles, slowFiles } from '../support/slow-files.ts';
import { makePayloads, type Payload } from './support/payload.ts';
import { besideCollector } from './support/slow-disk-peer.ts';

const sync_ms = 4;
const requests = 2_000;
const spans = 20;

/** Acknowledgements on a disk whose fdatasync takes 4 ms longer: what counts is how many requests share one. */
export async function run(): Promise<string[]> {
  const bodies = makePayloads({ requests, spans, seed: 8 }).map(({ gzip }) => gzip);
  return [...(await alone()), ...(await besideCollector({ sync_ms, connections: [4, 16], bodies }))];
}

/** The receiving server alone, in the process of the senders. */
async function alone(): Promise<string[]> {
  const payloads = makePayloads({ requests: 200, spans, seed: 7 });
  const lines: string[] = [];
  for (const connections of [4, 16]) {
    await measure(payloads, { connections, requests: 400 });
    const { latencies_ms, took_ms, syncs } = await measure(payloads, { connections, requests });
    latencies_ms.sort((a, b) => a - b);
    const percentile = (share: number) => latencies_ms[Math.floor(latencies_ms.length * share)]?.toFixed(1);
    lines.push(
      `slow disk, ${connections} connections`.padEnd(27) +
        `${Math.round(requests / (took_ms / 1_000))} acknowledgements/s, p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, ${(syncs / requests).toFixed(2)} syncs a request (fdatasync + ${sync_ms} ms, gzip, ${spans} spans)`,
    );
  }
  return lines;
}

interface Load {
  readonly connections: number;
  readonly requests: number;
}

async function measure(payloads: readonly Payload[], load: Load) {
  const files = slowFiles(sync_ms);
  const receiver = await startReceiver(files);
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
    const latencies_ms: number[] = [];
    let left = load.requests;
    const connection = async () => {
      while (left-- > 0) {
        const started_ms = performance.now();
        await send(receiver.port, payloads[left % payloads.length] as Payload, agent);
        latencies_ms.push(performance.now() - started_ms);
      }
    };
    const syncs_before = files.syncs();
    const started_ms = performance.now();
    await Promise.all(Array.from({ length: load.connections }, connection));
    const took_ms = performance.now() - started_ms;
    agent.destroy();
    return { latencies_ms, took_ms, syncs: files.syncs() - syncs_before };
  } finally {
    await receiver.close();
  }
}

/** The receiving server without a store process. */
async function startReceiver({ files }: SlowFiles) {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const log = recordingLog();
  const journal = await openJournal({ folder, segment_bytes: 2 ** 26, journal_bytes_max: 2 ** 34, files });
  const intake = createIntake({
    journal,
    body_bytes_max: 2 ** 26,
    in_flight_bytes_max: 2 ** 28,
    tenant_bytes_per_second: 0,
    tenant_requests_per_second: 0,
    connections_max: 100,
    body_timeout_ms: 60_000,
    now: Date.now,
  });
  const host = '127.0.0.1';
  const access = createAccess({ data: folder, key: null, host, insecure: false, now: Date.now, log });
  const server = await buildServer({
    host,
    access,
    intake,
    journal,
    origins: [],
    tls: null,
    store: connectStore(join(folder, 'none.sock')),
    page_folder: join(folder, 'page'),
    isStoreReady: () => false,
    storeRestarts: () => 0,
    log,
  });
  const url = new URL(await server.listen({ host, port: 0 }));
  return {
    port: Number(url.port),
    async close() {
      await server.close();
      await journal.close();
      access.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function send(port: number, { gzip }: Payload, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': gzip.length,
    };
    const options = { host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', agent, headers };
    const outgoing = request(options, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`Status ${response.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(gzip);
  });
}

if (import.meta.main) for (const line of await run()) console.log(line);
