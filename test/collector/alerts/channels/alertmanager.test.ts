import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alertmanager } from '../../../../collector/src/alerts/channels/alertmanager.ts';
import type { Notification } from '../../../../collector/src/alerts/channels/channel.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http, postsOf } from '../../../support/local-http.ts';
import {
  bare,
  firing,
  grouped,
  heartbeat,
  resolved,
  strange_notification,
  trial,
} from '../../../support/notifications.ts';
import { address, dictionary, list, problemsOf, record, text, time } from '../../../support/shape.ts';

channelContract({
  name: 'alertmanager',
  create: (url, http) => alertmanager({ url }, http),
  idOf: ({ body }) => JSON.parse(body)[0].annotations.notification_id,
});

const postOf = async (notification: Notification, settings = {}) => {
  const [post] = await postsOf(
    (http) => alertmanager({ url: 'https://am.example', ...settings }, http),
    [notification],
  );
  return post;
};
const alertOf = async (notification: Notification, settings = {}) =>
  JSON.parse((await postOf(notification, settings))?.body ?? '')[0];

// Source: Alertmanager, api/v2/openapi.yaml, postableAlerts.
const label_name = text({ pattern: /^[a-zA-Z_][a-zA-Z0-9_]*$/ });
const postable = list(
  record(
    { labels: dictionary(label_name, text()) },
    { annotations: dictionary(label_name, text()), startsAt: time, endsAt: time, generatorURL: address() },
  ),
  1,
  1,
);

test.each([firing, resolved, trial, bare, grouped])(
  'is what Alertmanager takes: $type',
  async (notification) => {
    expect(problemsOf([await alertOf(notification)], postable)).toEqual([]);
  },
);

test('has names and values as Alertmanager takes them, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      expect(problemsOf([await alertOf(notification)], postable)).toEqual([]);
    }),
    { seed: 16, numRuns: 200 },
  );
});

test('hands over each alert of a group, with its own end', async () => {
  const post = await postOf(grouped);
  const alerts = JSON.parse(post?.body ?? '');
  expect(alerts.map((alert: { labels: object }) => alert.labels)).toMatchObject([
    { prompt_version: 'v2' },
    { prompt_version: 'v3' },
    { prompt_version: 'v1' },
  ]);
  const ends_ms = alerts.map(({ endsAt }: { endsAt: string }) => Date.parse(endsAt));
  expect(ends_ms.map((end_ms: number) => end_ms > Date.now())).toEqual([true, true, false]);
});

test('a heartbeat goes on, as a firing alert does', async () => {
  expect(Date.parse((await alertOf(heartbeat)).endsAt)).toBeGreaterThan(Date.now());
});

test('has the same labels whenever the alert is spoken of, and whatever has happened to it', async () => {
  const again = {
    ...firing.alert,
    alert_id: 'another',
    summary: 'Worse.',
    since: resolved.time,
    verdict: {},
  };
  const labels = await Promise.all(
    [firing, resolved, { ...firing, id: 'again', alert: again }].map(
      async (one) => (await alertOf(one)).labels,
    ),
  );
  expect(labels[1]).toEqual(labels[0]);
  expect(labels[2]).toEqual(labels[0]);
  expect(labels[0]).toEqual({
    alertname: 'drift',
    severity: 'critical',
    feature: 'embedding.user_message',
    tenant: 'acme',
    prompt_version: 'v2',
    team: 'support',
  });
});

test('all traffic is no label', async () => {
  const { labels } = await alertOf({ ...firing, alert: { ...firing.alert, slice: { all: 'all' } } });
  expect(labels).not.toHaveProperty('all');
});

test('labels of the rule do not replace what identifies the alert', async () => {
  const labels = { alertname: 'mine', 'a-b': 'c' };
  expect((await alertOf({ ...firing, alert: { ...firing.alert, labels } })).labels).toMatchObject({
    alertname: 'drift',
    a_b: 'c',
  });
});

test('goes on for as long as it is told, a test for a minute, and ends when it ended', async () => {
  const minutesLeft = async (notification: Notification, settings = {}) =>
    (Date.parse((await alertOf(notification, settings)).endsAt) - Date.now()) / 60_000;
  expect(await minutesLeft(firing)).toBeCloseTo(1440, 0);
  expect(await minutesLeft(firing, { hold_minutes: 5 })).toBeCloseTo(5, 1);
  expect(await minutesLeft(trial)).toBeCloseTo(1, 1);
  const past = {
    ...resolved,
    alert: { ...resolved.alert, since: '2020-01-01T00:00:00.000Z', resolved: '2020-01-02T00:00:00.000Z' },
  };
  expect(await alertOf(past)).toMatchObject({ startsAt: past.alert.since, endsAt: past.alert.resolved });
});

test('never ends before it began or in the time to come', async () => {
  const times = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(times, times, async (since, ended) => {
      const alert = { ...resolved.alert, since: since.toISOString(), resolved: ended.toISOString() };
      const { startsAt, endsAt } = await alertOf({ ...resolved, alert });
      expect(Date.parse(endsAt)).toBeGreaterThanOrEqual(Date.parse(startsAt));
      expect(Date.parse(endsAt)).toBeLessThanOrEqual(Math.max(Date.now(), since.getTime()));
    }),
    { seed: 17, numRuns: 100 },
  );
});

test.each([
  ['https://am.example', 'https://am.example/api/v2/alerts'],
  ['https://am.example/', 'https://am.example/api/v2/alerts'],
  ['https://am.example/alertmanager/', 'https://am.example/alertmanager/api/v2/alerts'],
  ['https://am.example/api/v2/alerts', 'https://am.example/api/v2/alerts'],
])('%s is asked at %s', async (url, asked) => {
  expect((await postOf(firing, { url }))?.url.href).toBe(asked);
});

test('wrong settings are refused', () => {
  const url = 'https://am.example';
  expect(() => alertmanager({ url, hold_minutes: 0 }, local_http)).toThrow('hold_minutes');
  expect(() => alertmanager({ url, routing_key: 'x' }, local_http)).toThrow('no setting');
  expect(() => alertmanager({ url: 'http://am.example' }, local_http)).toThrow('Only https');
});
