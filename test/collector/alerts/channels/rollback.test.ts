import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { Notification } from '../../../../collector/src/alerts/channels/channel.ts';
import { rollback } from '../../../../collector/src/alerts/channels/rollback.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http, postsOf } from '../../../support/local-http.ts';
import { bare, firing, heartbeat, resolved, trial } from '../../../support/notifications.ts';
import { address, dictionary, list, oneOf, problemsOf, record, text, time } from '../../../support/shape.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const url = 'https://deploy.example/rollback';
const another: Notification = { ...firing, alert: { ...firing.alert, alert_id: 'another' } };

channelContract({
  name: 'rollback',
  create: (address, http) => rollback({ url: address, secrets: [secret] }, http),
  idOf: ({ headers }) => headers['webhook-id'],
  carried: [firing, another, { ...trial, alert: { ...trial.alert, alert_id: 'test_1' } }],
});

const posts = (...notifications: Notification[]) =>
  postsOf((http) => rollback({ url, secrets: [secret] }, http), notifications);

const request = record({
  type: oneOf('rollback.requested'),
  timestamp: time,
  data: record({
    ...{ alert_id: text(), tenant: text(), rule: text(), feature: text(), summary: text(), since: time },
    ...{ slice: dictionary(text(), text()), effect: text(), evidence: text() },
    last_good_versions: dictionary(text(), text()),
    ...{ url: address(), runbook_url: address(), image_url: address() },
    ...{ query: text(), example_trace_ids: list(text()) },
  }),
});

test('asks, signed, for the last good version of everything that has one', async () => {
  const [post] = await posts(firing);
  const body = new Webhook(secret);
  // The oracle checks the time as well, so only the form of what it signed is compared here.
  expect(problemsOf(JSON.parse(post?.body ?? ''), request)).toEqual([]);
  expect(body.verify(post?.body ?? '', post?.headers as Record<string, string>)).toMatchObject({
    type: 'rollback.requested',
    data: { last_good_versions: { prompt: 'v1', adapter: 'support-7' }, alert_id: firing.alert.alert_id },
  });
});

test('asks for nothing when an alert ends, or knows no version', async () => {
  const unknown = { ...firing, alert: { ...firing.alert, last_good_versions: {} } };
  expect(await posts(resolved, bare, unknown)).toEqual([]);
});

test('of a group, the first alert that fires and knows versions is asked about', async () => {
  const [unknown, known] = [
    bare.alert,
    { ...firing.alert, alert_id: 'known', last_good_versions: { prompt: 'v0' } },
  ];
  const group = { labels: {}, alerts: [resolved.alert, unknown, known], truncated: 0 };
  const [post] = await posts({ ...firing, group });
  expect(post?.headers['webhook-id']).toBe('known_rollback');
  expect(JSON.parse(post?.body ?? '').data.last_good_versions).toEqual({ prompt: 'v0' });
  expect(await posts({ ...firing, group: { ...group, alerts: [resolved.alert, unknown] } })).toEqual([]);
  expect(await posts(heartbeat)).toEqual([]);
});

test('an alert that is repeated asks for the same rollback', async () => {
  const [first, second] = await posts(firing, { ...firing, id: 'another_notification_of_it' });
  expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id']);
});

test('a test is no request', async () => {
  const [post] = await posts(trial);
  expect(JSON.parse(post?.body ?? '')).toMatchObject({ type: 'rollback.test' });
});

test('versions are never cut', async () => {
  const version = 'sha256:'.padEnd(5000, 'a');
  const [post] = await posts({
    ...firing,
    alert: { ...firing.alert, last_good_versions: { model: version } },
  });
  expect(JSON.parse(post?.body ?? '').data.last_good_versions).toEqual({ model: version });
});

test('is never unsigned', () => {
  expect(() => rollback({ url }, local_http)).toThrow('needs the setting secrets');
});
