import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { has_shared_data, readShared } from '../support/shared-data.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

/**
 * A stream of user messages whose start times lie in the past, five minutes for each window of 500, so that a
 * morning passes in seconds. Everything else is real: OTLP over HTTP, the store, the watch on its schedule, the
 * webhook.
 */
const window_size = 500;
const fit = 2_000;
const reference = 5_000;
// At the start of a minute, so that 100 messages a minute make windows of exactly 500.
const start_ms = Math.floor(Date.now() / 60_000 - 360) * 60_000;

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe.skipIf(!has_shared_data)('drift alarm on CLINC150 and banking77', () => {
  it('is silent over 20 windows, rings when the topic changes, and stops when it changes back', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    const collector = await startCollector({
      data: temporaryFolder(),
      environment: {
        SEXTANT_WEBHOOK_URL: receiver.url,
        SEXTANT_WEBHOOK_SECRET: secret,
        SEXTANT_DRIFT_FIT: String(fit),
        SEXTANT_DRIFT_REFERENCE: String(reference),
        SEXTANT_DRIFT_WINDOW: String(window_size),
        // At the usual level twenty windows ring once in a hundred mornings, and this is one of those (p = 0.0004).
        SEXTANT_DRIFT_ALPHA: '0.0001',
        SEXTANT_DRIFT_INTERVAL_MS: '200',
      },
    });
    const clinc = shuffle(clincQueries(), 1);
    const banking = shuffle(bankingQueries(), 2);
    const stream = userMessages(collector);

    await stream.send(clinc.splice(0, fit + reference));
    const stable = clinc.splice(0, 20 * window_size);
    await stream.send(stable);
    await untilWindows(collector, 20);
    expect((await collector.get('/api/alerts'))['alerts']).toEqual([]);
    expect(receiver.requests).toEqual([]);

    const changed_at = stream.now();
    await stream.send(banking.slice(0, 2 * window_size));
    await untilWindows(collector, 22);
    // However many detectors and slices find it, it is one alert for each feature it shows in.
    const alerts = async () =>
      ((await collector.get('/api/alerts'))['alerts'] as Record<string, string>[]).filter(
        ({ feature }) => feature === 'embedding.user_message',
      );
    expect(await alerts()).toHaveLength(1);
    const [alert] = await alerts();
    const told = () =>
      receiver.requests
        .map((request) => verified(request) as { type: string; data: { alert_id: string } })
        .filter(({ data }) => data.alert_id === alert!['alert_id'])
        .map(({ type }) => type);
    const untilTold = (count: number) =>
      eventually(
        async () => told().length >= count,
        () => `${told()}`,
      );
    expect(alert).toMatchObject({ rule: 'drift', slice_key: 'all', state: 'firing', resolved: null });
    expect(Date.parse(alert!['since']!)).toBeGreaterThanOrEqual(changed_at - 60_000);
    await untilTold(1);
    expect(told()).toEqual(['alert.firing']);

    // `sextant detect` says the same, over times it is given.
    const times = [
      '--from',
      iso(changed_at),
      '--to',
      iso(stream.now()),
      '--reference-from',
      iso(start_ms),
      '--reference-to',
      iso(changed_at),
    ];
    const feature = ['--feature', 'embedding.user_message'];
    const detected = sextant('detect', ...times, ...feature, '--fail-on-drift', '--url', collector.url);
    expect(detected.status, detected.stderr).toBe(2);
    const verdicts = detected.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(verdicts).toEqual([
      expect.objectContaining({
        feature: 'embedding.user_message',
        slice: 'all',
        drifted: true,
        n_current: 1_000,
      }),
    ]);

    await stream.send(clinc.splice(0, 2 * window_size));
    await untilWindows(collector, 24);
    expect(await alerts()).toMatchObject([{ state: 'resolved', alert_id: alert!['alert_id'] }]);
    await untilTold(2);
    expect(told()).toEqual(['alert.firing', 'alert.resolved']);

    // What is compared with what can be said anew.
    const reference_of = (...args: string[]) =>
      sextant('reference', ...args, '--json', '--url', collector.url);
    expect(JSON.parse(reference_of('show', 'embedding.user_message').stdout)).toMatchObject([
      { kind: 'first', n_reference: reference },
    ]);
    const range = ['--from', iso(changed_at), '--to', iso(changed_at + 5 * 60_000)];
    const pinned = reference_of('pin', ...feature, ...range, '--name', 'banking');
    expect(pinned.status, pinned.stderr).toBe(0);
    expect(JSON.parse(reference_of('list').stdout)).toContainEqual(
      expect.objectContaining({ kind: 'pinned', name: 'banking', n_reference: window_size }),
    );
    expect(reference_of('pin', ...feature, '--from', iso(changed_at), '--to', iso(changed_at)).status).toBe(
      64,
    );
    expect(reference_of('rolling', '--feature', 'embedding.nothing').status).toBe(1);
    // Seen from there, what was the change is nothing new, and what came back is.
    await stream.send(banking.slice(2 * window_size, 3 * window_size));
    await untilWindows(collector, 25);
    const judged = at_once((await collector.get(verdicts_path))['verdicts']);
    expect(judged.at(-1)).toMatchObject({ drifted: false, reference: 'pinned', n_reference: window_size });
    expect(await collector.sql("SELECT action, target FROM audit WHERE action LIKE 'reference.%'")).toEqual([
      { action: 'reference.pinned', target: 'embedding.user_message' },
    ]);
    // Every change of state is in the tables, too.
    await untilStored(collector);
    expect(
      await collector.sql("SELECT state FROM alerts WHERE feature = 'embedding.user_message' ORDER BY time"),
    ).toEqual([{ state: 'firing' }, { state: 'resolved' }]);
  }, 600_000);
});

/** Reads a received webhook as its receiver would: the package throws when the signature is wrong. */
function verified(request: { headers: Record<string, unknown>; body: Buffer | string }): unknown {
  return new Webhook(secret).verify(String(request.body), request.headers as Record<string, string>);
}

const verdicts_path = '/api/drift/verdicts?feature=embedding.user_message&slice_key=all';
const at_once = (verdicts: unknown) =>
  (verdicts as Record<string, unknown>[]).filter(({ detector }) => detector === 'embedding-drift');

/** Waits until so many windows of the whole feature were judged. */
async function untilWindows(collector: RunningCollector, count: number): Promise<void> {
  let found = 0;
  await eventually(
    async () => {
      found = at_once((await collector.get(verdicts_path))['verdicts']).length;
      return found >= count;
    },
    () => `${found} of ${count} windows. ${collector.said()}`,
    240_000,
  );
  expect(found).toBe(count);
}

/** Sends each text as the last user message of a model span, a hundred for each minute of their own time. */
function userMessages(collector: RunningCollector) {
  let sent = 0;
  const timeOf = (number: number) => start_ms + number * 600;
  return {
    now: () => timeOf(sent),
    async send(texts: readonly string[]) {
      for (let first = 0; first < texts.length; first += 500) {
        const spans = texts
          .slice(first, first + 500)
          .map((text, index) => modelSpan(text, sent + index, timeOf(sent + index)));
        sent += spans.length;
        const response = await fetch(`${collector.url}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
        });
        expect(response.status).toBe(200);
      }
    },
  };
}

function modelSpan(text: string, number: number, time_ms: number) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const id = (number + 1).toString(16);
  return {
    traceId: id.padStart(32, '0'),
    spanId: id.padStart(16, '0'),
    name: 'chat small',
    startTimeUnixNano: String(time_ms * 1e6),
    endTimeUnixNano: String(time_ms * 1e6 + 5e8),
    attributes: [
      attribute('gen_ai.operation.name', 'chat'),
      attribute('gen_ai.request.model', 'small'),
      attribute(
        'gen_ai.input.messages',
        JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }]),
      ),
    ],
  };
}

function clincQueries(): string[] {
  const data = JSON.parse(readShared('clinc150/data_full.json.gz')) as Record<string, [string, string][]>;
  return ['train', 'val', 'test'].flatMap((split) => (data[split] ?? []).map(([text]) => text));
}

function bankingQueries(): string[] {
  // A quoted text may hold commas, doubled quotes and line breaks.
  const rows = readShared('banking77/train.csv.gz').matchAll(/^(?:"((?:[^"]|"")*)"|([^",\n]*)),\w+\??\r?$/gm);
  const texts = [...rows].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  return texts.slice(1).filter((text) => text.trim() !== '');
}

function shuffle(texts: readonly string[], seed: number): string[] {
  const shuffled = [...texts];
  let state = seed;
  for (let last = shuffled.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const chosen = Math.floor((state / 2 ** 32) * (last + 1));
    [shuffled[last], shuffled[chosen]] = [shuffled[chosen]!, shuffled[last]!];
  }
  return shuffled;
}

function iso(time_ms: number): string {
  return new Date(time_ms).toISOString();
}

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

function sextant(...args: string[]) {
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  return spawnSync(process.execPath, [...options, program, ...args], { encoding: 'utf8' });
}
