import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createAlerts } from '../../../collector/src/alerts/engine.ts';
import { bare, noon_us, recordWith, spanRow } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';
import { openRounds } from './open-rounds.ts';

const _MINUTE_MS = 60_000;

const errors = { name: 'errors', kind: 'threshold', measure: 'error_rate', threshold: 0.1, window: '5m' };

test('an error rate for each model: pending, firing, resolved, with examples, query and versions', async () => {
  const under = await openRounds([{ ...errors, by: 'model', for: '2m', severity: 'critical', count_min: 5 }]);
  await under.send(20, 0, { prompt_name: 'greet', prompt_version: 'v1' });
  await under.round(5);
  await under.send(10, 6, { status: 'error', prompt_name: 'greet', prompt_version: 'v2' });
  await under.send(10, 6, { request_model: "it's; $(date)" });
  await under.round(7);
  expect(under.phases()).toEqual(['errors pending']);
  expect(under.lines()).toEqual([]);
  await under.round(9);
  expect(under.lines()).toEqual(['firing errors gpt-4o']);
  const { alert } = under.sent[0]!;
  expect(alert).toMatchObject({
    severity: 'critical',
    labels: { alertname: 'errors', model: 'gpt-4o', severity: 'critical', tenant: 'default' },
    verdict: { value: 1, threshold: 0.1, n_current: 10 },
    summary: expect.stringContaining('error rate for model "gpt-4o" is 100 % over 5 minutes'),
    runbook_url: 'http://page/api/runbooks/threshold',
    last_good_versions: { 'prompt:greet': 'v1' },
  });
  expect(alert.example_trace_ids).toHaveLength(3);
  const { rows } = await under.store.sql(alert.query!, { tenant: 'default', rows_max: 5, timeout_ms: 5000 });
  expect(rows).toEqual([{ error_rate: 1, spans: 10 }]);
  await under.send(100, 10);
  await under.round(11);
  expect(under.lines()).toEqual(['firing errors gpt-4o', 'resolved errors gpt-4o']);
  expect(under.sent[1]?.alert.example_trace_ids).toEqual(alert.example_trace_ids);
});

test('absence fires when nothing came, and ends when something does', async () => {
  const under = await openRounds([
    { name: 'quiet', kind: 'absence', window: '10m', filters: { service: 'shop' } },
  ]);
  await under.send(1, 0);
  await under.send(1, 8, { service: 'other' });
  await under.round(9);
  await under.round(12);
  await under.send(1, 12);
  await under.round(13);
  expect(under.lines()).toEqual(['firing quiet all', 'resolved quiet all']);
});

test('a burn rate pages on an outage and ends with it', async () => {
  const rule = { name: 'slo', kind: 'burn_rate', sli: 'latency', threshold: 1000, objective: 0.99 };
  const under = await openRounds([rule]);
  for (let minute = 0; minute < 60; minute += 10) await under.send(20, minute);
  await under.round(60);
  expect(under.lines()).toEqual([]);
  await under.send(60, 62, { duration_ms: 5000 });
  await under.round(64);
  expect(under.sent.map(({ alert }) => `${alert.feature} ${alert.severity}`)).toEqual([
    ...['slo.latency.critical critical', 'slo.latency.warning warning'],
  ]);
  expect(under.sent[0]?.alert.verdict).toMatchObject({ bad: 60, n_current: 160 });
  await under.send(5, 90);
  await under.round(100);
  expect(under.lines().slice(2)).toEqual(['resolved slo all']);
});

test('a budget fires on its forecast first, and ends with the period', async () => {
  const rule = { name: 'spend', kind: 'budget', limit_usd: 100, period: 'day' };
  const under = await openRounds([rule]);
  // Noon to three: 40 calls of a quarter each hour, 10 dollars.
  for (const hour of [0, 1, 2]) await under.send(40, hour * 60 + 5);
  await under.round(2 * 60 + 59);
  expect(under.lines()).toEqual(['firing spend all']);
  expect(under.sent[0]?.alert.summary).toMatch(
    /\$30\.00 of \$100\.00 are spent this day, \$120\.\d\d expected/,
  );
  await under.round(12 * 60 + 300);
  expect(under.lines()).toEqual(['firing spend all', 'resolved spend all']);
});

test('scores, readings of engines and statements of SQL', async () => {
  const under = await openRounds([
    {
      name: 'judge',
      kind: 'threshold',
      measure: 'score_mean',
      of: 'helpful',
      comparison: '<',
      threshold: 0.5,
      window: '10m',
    },
    { name: 'cache', kind: 'threshold', measure: 'serving_max', of: 'kv', threshold: 0.9, window: '10m' },
    { name: 'sql', kind: 'sql', statement: 'SELECT count(*) AS value FROM spans', threshold: 0 },
  ]);
  const score = { tenant: 'default', source: 'judge', time: noon_us, name: 'helpful', span_id: null };
  const nothing = { feature: null, slice_key: null, slice_value: null, window_start: null, window_end: null };
  await under.store.insert('scores', [
    ...[0.2, 0.4].map((value, id) => ({
      ...{ ...score, ...nothing, score_id: `${id}`, trace_id: null, value },
      ...{ label: null, explanation: null, details: null },
    })),
  ]);
  const reading = {
    tenant: 'default',
    time: noon_us,
    source: 'vllm',
    instance: 'a',
    model: null,
    metric: 'kv',
  };
  await under.store.insert('serving', [{ ...reading, value: 0.95, labels: '{}' }]);
  await under.send(1, 1);
  await under.round(5);
  expect(under.lines().sort()).toEqual(['firing cache all', 'firing judge all', 'firing sql all']);
});

test('one broken rule stops no other, shows the error, and is an alert of its own after five minutes', async () => {
  const under = await openRounds([
    { name: 'broken', kind: 'sql', statement: 'SELECT nothing FROM nowhere', threshold: 0 },
    { name: 'quiet', kind: 'absence', window: '10m' },
  ]);
  for (let minute = 0; minute <= 5; minute++) await under.round(minute);
  expect(under.phases().sort()).toEqual([...['broken error', 'quiet firing', 'sextant.rule_error firing']]);
  expect(under.lines()).toEqual(['firing quiet all', 'firing sextant.rule_error all']);
  expect(under.sent[1]?.alert.summary).toContain('The rule "broken" cannot be asked');
});

test('a rule that cannot be asked the first time is not in error for ever', async () => {
  const under = await openRounds([errors]);
  under.clock.is_down = true;
  await under.round(0);
  expect(under.phases()).toContain('errors error');
  under.clock.is_down = false;
  await under.send(10, 1);
  await under.round(2);
  expect(under.phases()).toEqual([]);
  expect(under.lines()).toEqual([]);
});

test('an alert ends where its rule is changed to watch something else, by the labels it began with', async () => {
  const under = await openRounds([]);
  const rule = { kind: 'threshold', measure: 'errors', threshold: 5, window: '5m', labels: { team: 'a' } };
  under.alerts.rules.put('default', 'mine', rule);
  await under.send(10, 0, { status: 'error' });
  await under.round(1);
  const changed = {
    ...rule,
    measure: 'error_rate',
    threshold: 2,
    severity: 'critical',
    labels: { team: 'b' },
  };
  under.alerts.rules.put('default', 'mine', changed);
  await under.round(2);
  expect(under.lines()).toEqual(['firing mine all', 'resolved mine all']);
  const [begun, ended] = under.sent.map(({ alert }) => alert);
  expect(ended).toMatchObject({ alert_id: begun?.alert_id, labels: begun?.labels });
  expect(ended?.summary).toContain('watches something else now');
  expect(under.phases()).toEqual([]);
});

test('no data is shown and tells nobody; what fires goes on without data, and through errors', async () => {
  const under = await openRounds([errors]);
  await under.round(0);
  expect(under.phases()).toEqual(['errors no_data']);
  await under.send(10, 1, { status: 'error' });
  await under.round(2);
  await under.round(60);
  under.clock.is_down = true;
  await under.round(61);
  expect(under.phases()).toContain('errors firing');
  expect(under.lines()).toEqual(['firing errors all']);
});

test('a restart in any state tells nobody twice', async () => {
  const under = await openRounds([{ ...errors, for: '2m', keep_firing_for: '2m' }]);
  const bad = [0, 0, 1, 1, 1, 1, 0, 0, 0, 0];
  for (const [index, share] of bad.entries()) {
    const minute = index * 10;
    await under.send(10, minute, share === 1 ? { status: 'error' } : {});
    for (const later of [1, 3, 4]) {
      await under.round(minute + later);
      under.restart();
      await under.round(minute + later);
    }
  }
  expect(under.lines()).toEqual(['firing errors all', 'resolved errors all']);
});

test('a clock that was far ahead and is set back stops no rule', async () => {
  const under = await openRounds([{ ...errors, for: '2m' }]);
  await under.round(60 * 24 * 365);
  await under.send(10, 0, { status: 'error' });
  await under.round(1);
  await under.round(3);
  await under.send(100, 4);
  await under.round(5);
  expect(under.lines()).toEqual(['firing errors all', 'resolved errors all']);
});

test('costs one query for each rule and round, and reads days only once', async () => {
  const asked: string[] = [];
  const under = await openRounds(
    [
      { name: 'slo', kind: 'burn_rate', sli: 'availability', objective: 0.99 },
      { ...errors, by: 'model' },
      { name: 'spend', kind: 'budget', limit_usd: 1, period: 'month' },
    ],
    {
      store: {
        query: (name, parameters, options) => {
          const hours = (Number(parameters['to_us']) - Number(parameters['from_us'])) / 3_600_000_000;
          asked.push(`${name} ${Math.round(hours)}`);
          return opened.query(name, parameters, options);
        },
      },
    },
  );
  const opened = under.store;
  await under.round(0);
  await under.round(1);
  expect(asked).toEqual([
    ...['alert_series 72', 'alert_series 0', 'alert_series 672'],
    ...['alert_series 1', 'alert_series 0', 'alert_series 1'],
  ]);
});

test('rules of a tenant count the spans of that tenant only', async () => {
  const under = await openRounds([
    { name: 'theirs', kind: 'threshold', measure: 'requests', threshold: 0, tenant: 'acme' },
  ]);
  await under.send(3, 0);
  await under.round(1);
  expect(under.lines()).toEqual([]);
  const span = spanRow(900, { tenant: 'acme', is_leaf: true, start_time: noon_us + 90_000_000 });
  await under.store.append({ records: [recordWith(900, { spans: [bare(span)] })] });
  await under.round(3);
  expect(under.sent.map(({ alert }) => alert.tenant)).toEqual(['acme']);
});

test('the control database of an earlier version opens, and its alert is not told again', async () => {
  const control = new DatabaseSync(':memory:');
  control.exec(`
    CREATE TABLE alert_states (tenant TEXT NOT NULL, rule TEXT NOT NULL, feature TEXT NOT NULL,
      slice_key TEXT NOT NULL, slice_value TEXT NOT NULL, phase TEXT NOT NULL, streak INTEGER NOT NULL,
      since_us INTEGER, fired_us INTEGER, last_window_end_us INTEGER NOT NULL,
      PRIMARY KEY (tenant, rule, feature, slice_key, slice_value)) STRICT;
    CREATE TABLE alert_records (sequence INTEGER PRIMARY KEY AUTOINCREMENT, alert_id TEXT NOT NULL UNIQUE,
      tenant TEXT NOT NULL, state TEXT NOT NULL, document TEXT NOT NULL) STRICT;
    CREATE TABLE alert_outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, notification_id TEXT NOT NULL,
      channel TEXT NOT NULL, alert_id TEXT NOT NULL, type TEXT NOT NULL, document TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0, next_attempt_ms INTEGER,
      last_error TEXT, UNIQUE (notification_id, channel)) STRICT;
    INSERT INTO alert_states VALUES ('default', 'drift', 'f', 'all', 'all', 'firing', 0, 1000000, 2000000, 2000000);
    INSERT INTO alert_records (alert_id, tenant, state, document) VALUES ('a', 'default', 'firing',
      '{"alert_id":"a","state":"firing","rule":"drift","feature":"f","slice_key":"all","slice_value":"all",'
      || '"summary":"s","since":"1970-01-01T00:00:01.000Z","resolved":null,"verdict":{},"example_trace_ids":[]}');
  `);
  const unused = () => Promise.reject(new Error('Nothing is asked.'));
  const alerts = createAlerts({
    store: { insert: async () => {}, query: unused, sql: unused },
    ...{ control, channels: [], log: recordingLog(), now: () => 3000 },
    options: { public_url: 'http://page' },
  });
  expect(alerts.list({ tenant: 'default', limit: 5 })).toMatchObject([
    { alert_id: 'a', state: 'firing', severity: 'warning', acknowledged: null, mute: null },
  ]);
  expect(alerts.states('default', 5)).toMatchObject([{ rule: 'drift', state: { phase: 'firing' } }]);
  expect(alerts.acknowledge('default', 'a', 'ada').acknowledged?.by).toBe('ada');
  control.close();
});
