import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { Channel } from '../../../collector/src/alerts/channels/channel.ts';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import { local_http } from '../../support/local-http.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { now_ms, useAlerts } from './engine-harness.ts';
import { contextOf, drifted, stable, too_little } from './verdicts.ts';

const patient = { group_wait_ms: 5000, group_interval_ms: 60_000 };
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const under = useAlerts();

test('a verdict that another one speaks for pages nobody, unless a rule asks for it', async () => {
  const alerts = under.alertsWith();
  await alerts.onVerdict(drifted, contextOf(1, { is_lead: false }));
  expect(alerts.list({ tenant: 'acme', limit: 10 })).toEqual([]);
  alerts.rules.put('acme', 'any', { name: 'any', kind: 'verdict', detector: 'te.*' });
  await alerts.onVerdict(drifted, contextOf(2, { is_lead: false }));
  expect(alerts.list({ tenant: 'acme', limit: 10 })).toMatchObject([{ rule: 'any' }]);
});

test('a drifted window pages, a stable one says that it is over, both signed', async () => {
  const receiver = await startReceiver();
  const alerts = under.alertsWith({
    channels: [webhook({ url: receiver.url, secrets: [secret] }, local_http)],
  });
  alerts.start();
  await alerts.onVerdict(stable, contextOf(1));
  await alerts.onVerdict(drifted, contextOf(2));
  await receiver.received(1);
  await alerts.onVerdict(drifted, contextOf(3));
  await alerts.onVerdict(stable, contextOf(4));
  await receiver.received(2);
  await alerts.stop();

  const bodies = receiver.requests.map(({ body, headers }) =>
    new Webhook(secret).verify(body, headers as Record<string, string>),
  ) as { type: string; timestamp: string; data: Record<string, unknown> }[];
  const { alert_id } = bodies[0]!.data;
  expect(bodies).toEqual([
    {
      type: 'alert.firing',
      timestamp: '2026-11-21T00:02:00.000Z',
      data: {
        alert_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        tenant: 'acme',
        rule: 'drift',
        state: 'firing',
        feature: 'embedding.user_message',
        slice: { prompt_version: 'v2' },
        summary: expect.stringContaining('drifted share 23 % (18 % to 29 %)'),
        since: '2026-11-21T00:01:00.000Z',
        resolved: null,
        verdict: {
          ...drifted,
          window_start: '2026-11-21T00:01:00.000Z',
          window_end: '2026-11-21T00:02:00.000Z',
        },
        url: `http://127.0.0.1:4318/alerts?alert=${alert_id}`,
        example_trace_ids: ['0af7651916cd43dd8448eb211c80319c'],
        severity: 'warning',
        labels: {
          alertname: 'drift',
          feature: 'embedding.user_message',
          prompt_version: 'v2',
          severity: 'warning',
          tenant: 'acme',
        },
        annotations: {},
        runbook_url: 'http://127.0.0.1:4318/api/runbooks/verdict',
        query:
          "sextant detect --from 2026-11-21T00:01:00.000Z --to 2026-11-21T00:02:00.000Z --reference-from 2026-11-20T00:01:00.000Z --reference-to 2026-11-21T00:01:00.000Z --feature 'embedding.user_message' --slice 'prompt_version=v2'",
        image_url: `http://127.0.0.1:4318/api/alerts/${alert_id}/chart.png`,
        last_good_versions: null,
        acknowledged_by: null,
      },
    },
    {
      type: 'alert.resolved',
      timestamp: '2026-11-21T00:04:00.000Z',
      data: expect.objectContaining({
        alert_id,
        state: 'resolved',
        since: '2026-11-21T00:01:00.000Z',
        resolved: '2026-11-21T00:04:00.000Z',
      }),
    },
  ]);
  await receiver.close();
});

test('every change is a row of table alerts, with the window’s time', async () => {
  const alerts = under.alertsWith();
  for (const [index, verdict] of [drifted, stable, drifted].entries()) {
    await alerts.onVerdict(verdict, contextOf(index + 1));
  }
  expect(under.rows.map(({ state, time }) => ({ state, time }))).toEqual([
    { state: 'firing', time: contextOf(1).window_end_us },
    { state: 'resolved', time: contextOf(2).window_end_us },
    { state: 'firing', time: contextOf(3).window_end_us },
  ]);
  expect(under.rows[1]?.alert_id).toBe(under.rows[0]?.alert_id);
  expect(under.rows[2]?.alert_id).not.toBe(under.rows[0]?.alert_id);
  expect(JSON.parse(under.rows[0]!.details)).toMatchObject({
    verdict: { p: 0.0003 },
    example_trace_ids: [expect.any(String)],
  });
  expect(under.rows[0]).toMatchObject({ tenant: 'acme', slice_key: 'prompt_version', slice_value: 'v2' });
});

test('the list shows each alert once, newest first, with its latest state and its deliveries', async () => {
  const alerts = under.alertsWith({ channels: [under.recorder({ result: 'retry', reason: 'HTTP 503' })] });
  await alerts.onVerdict(drifted, contextOf(1));
  await alerts.onVerdict(stable, contextOf(2));
  await alerts.onVerdict(drifted, contextOf(3));
  await alerts.onVerdict(drifted, contextOf(1, { tenant: 'other' }));
  await alerts.deliverDue(now_ms);
  const list = alerts.list({ tenant: 'acme', limit: 10 });
  expect(list.map((alert) => alert.state)).toEqual(['firing', 'resolved']);
  expect(list[1]).toMatchObject({
    rule: 'drift',
    feature: 'embedding.user_message',
    slice_key: 'prompt_version',
    slice_value: 'v2',
    since: '2026-11-21T00:00:00.000Z',
    resolved: '2026-11-21T00:02:00.000Z',
    notifications: [
      { channel: 'recorder', type: 'alert.firing', state: 'pending', attempts: 1, last_error: 'HTTP 503' },
      { channel: 'recorder', type: 'alert.resolved', state: 'pending', attempts: 0, last_error: null },
    ],
  });
  expect(alerts.list({ tenant: 'acme', state: 'resolved', limit: 10 })).toEqual([list[1]]);
  expect(alerts.list({ tenant: 'acme', limit: 1 })).toEqual([list[0]]);
  expect(alerts.list({ tenant: 'nobody', limit: 10 })).toEqual([]);
});

test('tenants, rules, features and slices are watched apart', async () => {
  const alerts = under.alertsWith();
  const keys = [
    {},
    { tenant: 'b' },
    { rule: 'b' },
    { feature: 'b' },
    { slice_key: 'b' },
    { slice_value: 'b' },
  ];
  for (const key of keys) await alerts.onVerdict(drifted, contextOf(1, key));
  await alerts.deliverDue(now_ms);
  const told = under.sent.flatMap(({ group }) => group?.alerts ?? []);
  expect(new Set(told.map(({ alert_id }) => alert_id)).size).toBe(keys.length);
});

test('slices that drift without the whole are one notification, and each of them shows what became of it', async () => {
  let at_ms = now_ms;
  const alerts = under.alertsWith({ options: { patience: patient }, now: () => at_ms });
  for (const slice_value of ['v1', 'v2', 'v3']) {
    await alerts.onVerdict(drifted, contextOf(1, { slice_value }));
    at_ms += 100;
  }
  await alerts.deliverDue(at_ms);
  expect(under.sent).toEqual([]);
  at_ms += 5000;
  await alerts.deliverDue(at_ms);
  expect(under.sent).toMatchObject([
    {
      type: 'alert.firing',
      alert: {
        slice: { prompt_version: 'v1, v2, v3' },
        summary: expect.stringMatching(
          /^3 alerts are firing \(alertname drift, feature embedding\.user_message\)/,
        ),
      },
      group: { alerts: [{}, {}, {}], truncated: 0 },
    },
  ]);
  const slices = under.sent[0]?.group?.alerts.map(({ slice }) => slice['prompt_version']);
  expect(slices?.sort()).toEqual(['v1', 'v2', 'v3']);
  const list = alerts.list({ tenant: 'acme', limit: 10 });
  expect(list.map(({ notifications }) => notifications.map(({ state }) => state))).toEqual([
    ['delivered'],
    ['delivered'],
    ['delivered'],
  ]);
});

test('what fires and ends at once, as in a replay, is told that it fired and that it is over', async () => {
  const alerts = under.alertsWith({ options: { patience: patient } });
  await alerts.onVerdict(drifted, contextOf(1));
  await alerts.onVerdict(stable, contextOf(2));
  await alerts.deliverDue(now_ms + 60_000);
  expect(under.sent.map(({ id }) => id.replace(/^[0-9a-f]+_/, ''))).toEqual(['firing', 'resolved']);
});

test('waits as many windows as it is told, and does not resolve for want of evidence', async () => {
  const alerts = under.alertsWith({ options: { for_windows: 2, keep_windows: 2 } });
  const verdicts = [
    drifted,
    stable,
    drifted,
    drifted,
    stable,
    too_little,
    drifted,
    stable,
    too_little,
    stable,
  ];
  for (const [index, verdict] of verdicts.entries()) await alerts.onVerdict(verdict, contextOf(index + 1));
  await alerts.deliverDue(now_ms);
  expect(under.sent.map(({ type, time }) => `${type} ${time.slice(11, 16)}`)).toEqual([
    'alert.firing 00:04',
    'alert.resolved 00:10',
  ]);
});

test('a test notification is one attempt past the outbox, and says what came of it', async () => {
  const outcome: Outcome = { result: 'failed', reason: 'HTTP 404' };
  const alerts = under.alertsWith({ channels: [under.recorder(outcome)] });
  expect(await alerts.test('recorder')).toEqual(outcome);
  expect(under.sent).toMatchObject([{ type: 'alert.test', alert: { rule: 'test' } }]);
  expect(alerts.counts().outbox).toMatchObject({ pending: 0, delivered: 0, dead: 0 });
  expect(alerts.list({ tenant: 'acme', limit: 10 })).toEqual([]);
  await expect(alerts.test('nobody')).rejects.toMatchObject({ code: 'not_found' });
});

test('that somebody takes care is told to channels that ask for it, once, and to no others', async () => {
  const incidents: string[] = [];
  const taking: Channel = {
    ...{ name: 'incidents', takes_acknowledgements: true },
    send: async ({ type }) => {
      incidents.push(type);
      return { result: 'ok' };
    },
  };
  const alerts = under.alertsWith({ channels: [under.recorder(), taking] });
  await alerts.onVerdict(drifted, contextOf(1));
  await alerts.deliverDue(now_ms);
  const { alert_id } = alerts.list({ tenant: 'acme', limit: 1 })[0]!;
  alerts.acknowledge('acme', alert_id, 'ada');
  alerts.acknowledge('acme', alert_id, 'ada');
  await alerts.deliverDue(now_ms);
  await alerts.onVerdict(stable, contextOf(2));
  await alerts.deliverDue(now_ms);
  expect(incidents).toEqual(['alert.firing', 'alert.acknowledged', 'alert.resolved']);
  expect(under.sent.map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved']);
});

test('two channels of one name are refused', () => {
  expect(() => under.alertsWith({ channels: [under.recorder(), under.recorder()] })).toThrow(
    expect.objectContaining({ code: 'bad_request' }),
  );
});

test('keeps a bounded number of alerts and quiet keys, never forgetting one that fires', async () => {
  const alerts = under.alertsWith({ options: { alerts_max: 3, states_max: 3 } });
  await alerts.onVerdict(drifted, contextOf(1, { feature: 'old but firing' }));
  for (let minute = 2; minute < 12; minute++) {
    await alerts.onVerdict(drifted, contextOf(minute, { feature: `feature ${minute}` }));
    await alerts.onVerdict(stable, contextOf(minute + 1, { feature: `feature ${minute}` }));
  }
  const list = alerts.list({ tenant: 'acme', limit: 100 });
  expect(list.map((alert) => alert.feature)).toEqual(['feature 11', 'feature 10', 'old but firing']);
  expect(under.control.prepare('SELECT count(*) AS n FROM alert_states').get()).toEqual({ n: 3 });
  await alerts.onVerdict(drifted, contextOf(20, { feature: 'old but firing' }));
  expect(alerts.list({ tenant: 'acme', state: 'firing', limit: 100 })).toHaveLength(1);
});
