import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually, type RunningCollector, startCollector } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Answers a hundred a minute of their own time; a judge's scores come as events of spans, a check's words as logs. */
const start_ms = Math.floor(Date.now() / 60_000 - 360) * 60_000;
const [fit, reference, window_size] = [100, 1_200, 300];

test('what a judge and a check say is watched: drift is found, told by service, and alerts', async () => {
  const collector = await startCollector({
    data: temporaryFolder(),
    environment: {
      SEXTANT_DRIFT_FIT: String(fit),
      SEXTANT_DRIFT_REFERENCE: String(reference),
      SEXTANT_DRIFT_WINDOW: String(window_size),
      SEXTANT_DRIFT_INTERVAL_MS: '200',
    },
  });
  const sender = answers(collector);
  await sender.send(fit + reference + 4 * window_size, { is_worse: false });
  const judged = (feature: string) => verdictsOf(collector, `feature=${feature}`);
  const whole = async (feature: string) =>
    (await judged(feature)).filter(({ slice_key }) => slice_key === 'all');
  const untilWindows = (count: number) =>
    eventually(
      async () => {
        const found = await Promise.all(features.map(whole));
        return found.every((verdicts) => verdicts.length >= 2 * count);
      },
      collector.said,
      120_000,
    );
  await untilWindows(4);
  for (const feature of features) {
    expect((await judged(feature)).filter(({ drifted }) => drifted)).toEqual([]);
  }

  const changed_ms = sender.now();
  await sender.send(3 * window_size, { is_worse: true });
  await untilWindows(7);
  const drifted = async (feature: string, detector: string) =>
    (await whole(feature)).filter((verdict) => verdict['drifted'] && verdict['detector'] === detector);
  const online = await drifted('evaluation.helpfulness', 'score-online');
  expect(online).toHaveLength(3);
  expect(online[0]?.['why']).toMatch(/scored lower\.$/);
  expect(await drifted('evaluation.helpfulness', 'number-skew')).toHaveLength(3);
  expect((await drifted('evaluation_label.tone', 'rate-online')).at(-1)?.['why']).toContain('to failure');
  const of_shop = (await judged('evaluation.helpfulness')).filter(
    ({ slice_value }) => slice_value === 'shop',
  );
  expect(of_shop).toHaveLength(7);
  expect(of_shop.filter(({ drifted }) => drifted)).toEqual([]);
  const of_desk = (await judged('evaluation.helpfulness')).filter(
    ({ slice_value }) => slice_value === 'desk',
  );
  expect(of_desk.filter(({ drifted }) => drifted)).toHaveLength(3);

  const { features: watched } = (await collector.get('/api/drift')) as { features: Verdict[] };
  expect(watched.find(({ feature }) => feature === 'evaluation.helpfulness')).toMatchObject({
    ...{ encoder: 'judge', phase: 'watching', n_reference: reference },
    last_verdict: { drifted: true },
  });
  const { alerts } = (await collector.get('/api/alerts')) as { alerts: Verdict[] };
  expect(
    alerts.map(({ feature, rule, slice_key, state }) => [feature, rule, slice_key, state]).sort(),
  ).toEqual([
    ['evaluation.helpfulness', 'drift', 'all', 'firing'],
    ['evaluation_label.tone', 'drift', 'all', 'firing'],
  ]);

  const iso = (time_ms: number) => new Date(time_ms).toISOString();
  const detected = sextant(
    ...['detect', '--from', iso(changed_ms), '--to', iso(sender.now())],
    ...['--reference-from', iso(start_ms), '--reference-to', iso(changed_ms), '--fail-on-drift'],
    ...['--feature', 'evaluation.helpfulness', '--slice', 'service=desk', '--url', collector.url],
  );
  expect(detected.status, detected.stderr).toBe(2);
  expect(JSON.parse(detected.stdout)).toMatchObject({
    ...{ feature: 'evaluation.helpfulness', slice: 'service=desk', drifted: true, n_current: 450 },
  });
});

const features = ['evaluation.helpfulness', 'evaluation_label.tone'];

type Verdict = Record<string, unknown>;

async function verdictsOf(collector: RunningCollector, query: string): Promise<Verdict[]> {
  return (await collector.get(`/api/drift/verdicts?${query}`))['verdicts'] as Verdict[];
}

/** Every second answer is of one of two services, and the desk's become worse. */
function answers(collector: RunningCollector) {
  const random = seededRandom(11);
  let sent = 0;
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(collector.url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  };
  const timeOf = (number: number) => start_ms + number * 600;
  return {
    now: () => timeOf(sent),
    async send(count: number, { is_worse }: { readonly is_worse: boolean }) {
      for (const service of ['shop', 'desk']) {
        const numbers = Array.from({ length: count }, (_, i) => sent + i).filter((number) => {
          return (number % 2 === 0) === (service === 'shop');
        });
        const bad = is_worse && service === 'desk' ? 0.8 : 0.1;
        const resource = { attributes: [text('service.name', service)] };
        const spans = numbers.map((number) => span(number, timeOf(number), grade(random, bad)));
        await post('/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
        const logRecords = numbers.map((number) => log(number, timeOf(number), random() < bad));
        await post('/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
      }
      sent += count;
    },
  };
}

function grade(random: () => number, bad: number): number {
  return Math.round((random() < bad ? 0.4 * random() : 0.7 + 0.3 * random()) * 20) / 20;
}

function text(key: string, value: string) {
  return { key, value: { stringValue: value } };
}

function idsOf(number: number) {
  const id = (number + 1).toString(16);
  return { traceId: id.padStart(32, '0'), spanId: id.padStart(16, '0') };
}

function span(number: number, time_ms: number, score: number) {
  const event_attributes = [
    text('gen_ai.evaluation.name', 'helpfulness'),
    { key: 'gen_ai.evaluation.score.value', value: { doubleValue: score } },
  ];
  return {
    ...idsOf(number),
    name: 'chat small',
    startTimeUnixNano: String(time_ms * 1e6),
    endTimeUnixNano: String(time_ms * 1e6 + 5e8),
    attributes: [text('gen_ai.operation.name', 'chat'), text('gen_ai.request.model', 'small')],
    events: [
      {
        name: 'gen_ai.evaluation.result',
        timeUnixNano: String(time_ms * 1e6 + 4e8),
        attributes: event_attributes,
      },
    ],
  };
}

function log(number: number, time_ms: number, is_bad: boolean) {
  return {
    ...idsOf(number),
    timeUnixNano: String(time_ms * 1e6),
    eventName: 'gen_ai.evaluation.result',
    attributes: [
      text('gen_ai.evaluation.name', 'tone'),
      text('gen_ai.evaluation.score.label', is_bad ? 'fail' : 'pass'),
      text('sextant.evaluation.kind', 'code'),
    ],
  };
}

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

function sextant(...args: string[]) {
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  return spawnSync(process.execPath, [...options, program, ...args], { encoding: 'utf8' });
}
