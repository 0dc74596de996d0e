import { gunzipSync } from 'node:zlib';
import { start } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../collector/src/decode/decode.ts';
import { contentTypeOf } from '../../collector/src/receive/media.ts';
import { type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { has_shared_data } from '../support/shared-data.ts';
import { type CapturedRequest, startCapture } from './support/otlp-capture.ts';
import { readTauRuns, reenact } from './support/tau.ts';

describe.skipIf(!has_shared_data)('kill -9 of the whole collector while spans arrive', () => {
  it('keeps every acknowledged span, once', async () => {
    const requests = await captureRequests();
    const data = temporaryFolder();
    const environment = { SEXTANT_DRIFT: 'false' };
    let collector = await startCollector({ data, environment });
    const { port } = collector;
    const acknowledged = new Set<string>();
    const sending = sendAll(`http://127.0.0.1:${port}/v1/traces`, requests, acknowledged);
    let kills = 0;
    for (const pause_ms of pauses(20261121, 6)) {
      await Promise.race([sending, sleep(pause_ms)]);
      await collector.kill();
      kills += 1;
      collector = await startCollector({ data, port, environment });
    }
    await sending;
    expect(kills).toBe(6);
    await untilStored(collector);
    await expectExactly(collector, acknowledged);
    // What was stored survives an orderly stop as well.
    expect(await collector.stop()).toBe(0);
    collector = await startCollector({ data, port, environment });
    await expectExactly(collector, acknowledged);
  });
});

async function expectExactly(collector: RunningCollector, acknowledged: ReadonlySet<string>): Promise<void> {
  const rows = await collector.sql('SELECT trace_id, span_id FROM spans');
  const stored = rows.map((row) => `${row['trace_id']} ${row['span_id']}`);
  expect(stored.length).toBe(new Set(stored).size);
  expect(new Set(stored)).toEqual(acknowledged);
}

/** The requests the SDK makes of the recorded runs, in small batches so that many are under way. */
async function captureRequests(): Promise<CapturedRequest[]> {
  const capture = await startCapture();
  const sextant = start({ serviceName: 'airline', url: capture.url });
  for (const run of readTauRuns().slice(0, 60)) {
    await reenact(run);
    await sextant.flush();
  }
  await sextant.shutdown();
  await capture.close();
  return capture.requests;
}

/** Sends every request until it is acknowledged, three times over at once, as impatient senders do. */
async function sendAll(
  url: string,
  requests: readonly CapturedRequest[],
  acknowledged: Set<string>,
): Promise<void> {
  const worker = async (offset: number) => {
    for (let index = 0; index < requests.length; index++) {
      const request = requests[(index + offset * 20) % requests.length] as CapturedRequest;
      await sendUntilAcknowledged(url, request);
      for (const id of idsOf(request)) acknowledged.add(id);
      await sleep(10);
    }
  };
  await Promise.all([0, 1, 2].map(worker));
}

async function sendUntilAcknowledged(url: string, { headers, body }: CapturedRequest): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    try {
      const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
      await response.arrayBuffer();
      if (response.status === 200) return;
      if (response.status !== 503)
        throw new RangeError(`Status ${response.status} is not to be tried again.`);
    } catch (error) {
      // A broken connection tells nothing: the request is sent again, and may be stored already.
      if (error instanceof RangeError) throw error;
    }
    await sleep(20);
  }
  throw new Error('A request was never acknowledged.');
}

function idsOf({ headers, body }: CapturedRequest): string[] {
  const inflated = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const { spans } = decodeTraces(inflated, contentTypeOf(headers['content-type']) ?? 'json');
  return spans.map((span) => `${span.trace_id} ${span.span_id}`);
}

function pauses(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 150 + (state / 2 ** 32) * 700;
  });
}

function sleep(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}
