import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alertmanagerWebhook } from '../../../../collector/src/alerts/channels/alertmanager-webhook.ts';
import type { Notification } from '../../../../collector/src/alerts/channels/channel.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { postsOf } from '../../../support/local-http.ts';
import {
  bare,
  firing,
  grouped,
  resolved,
  strange_notification,
  trial,
} from '../../../support/notifications.ts';
import { dictionary, list, oneOf, problemsOf, record, text, time } from '../../../support/shape.ts';

channelContract({
  name: 'alertmanager-webhook',
  create: (url, http) => alertmanagerWebhook({ url }, http),
  idOf: ({ body }) => JSON.parse(body).alerts[0].annotations.notification_id,
});

const payloadOf = async (notification: Notification) => {
  const create = alertmanagerWebhook;
  const [post] = await postsOf(
    (http) => create({ url: 'https://hook.example', name: 'ops' }, http),
    [notification],
  );
  return JSON.parse(post?.body ?? '');
};

// Source: Alertmanager, docs, configuration, webhook_config.
const labels = dictionary(text({ pattern: /^[a-zA-Z_][a-zA-Z0-9_]*$/ }), text());
const status = oneOf('firing', 'resolved');
const payload = record({
  version: oneOf('4'),
  groupKey: text(),
  truncatedAlerts: (value, place) => (Number.isInteger(value) ? [] : [`${place} is no whole number`]),
  status,
  receiver: text(),
  groupLabels: dictionary(text(), text({ is_empty_allowed: true })),
  commonLabels: labels,
  commonAnnotations: labels,
  externalURL: text({ is_empty_allowed: true }),
  alerts: list(
    record({
      status,
      labels,
      annotations: labels,
      startsAt: time,
      endsAt: time,
      generatorURL: text({ is_empty_allowed: true }),
      fingerprint: text({ pattern: /^[0-9a-f]{16}$/ }),
    }),
    8,
    1,
  ),
});

test.each([firing, resolved, trial, bare, grouped])(
  'is what Alertmanager sends: $type',
  async (notification) => {
    expect(problemsOf(await payloadOf(notification), payload)).toEqual([]);
  },
);

test('keeps its form, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      expect(problemsOf(await payloadOf(notification), payload)).toEqual([]);
    }),
    { seed: 18, numRuns: 200 },
  );
});

test('an alert keeps its fingerprint and its group from beginning to end', async () => {
  const [begun, ended] = [await payloadOf(firing), await payloadOf(resolved)];
  expect(begun).toMatchObject({ status: 'firing', receiver: 'ops', groupKey: '{}:{alertname="drift"}' });
  expect(begun.alerts[0].endsAt).toBe('0001-01-01T00:00:00Z');
  expect(ended).toMatchObject({ status: 'resolved', groupKey: begun.groupKey });
  expect(ended.alerts[0]).toMatchObject({
    endsAt: resolved.alert.resolved,
    fingerprint: begun.alerts[0].fingerprint,
  });
});

test('a group is told with what its alerts have in common', async () => {
  const body = await payloadOf(grouped);
  expect(body).toMatchObject({
    status: 'firing',
    groupKey: '{}:{alertname="drift", tenant="acme"}',
    groupLabels: { alertname: 'drift', tenant: 'acme' },
    truncatedAlerts: 4,
  });
  expect(body.alerts.map(({ status }: { status: string }) => status)).toEqual([
    'firing',
    'firing',
    'resolved',
  ]);
  expect(body.commonLabels).toEqual({
    alertname: 'drift',
    severity: 'critical',
    feature: 'embedding.user_message',
    tenant: 'acme',
    team: 'support',
  });
  expect(body.commonAnnotations).not.toHaveProperty('summary');
  expect(body.commonAnnotations).toMatchObject({ notification_id: 'group_1' });
});

test('a group is over when all of its alerts are', async () => {
  const alerts = [resolved.alert, { ...resolved.alert, alert_id: 'other' }];
  const group = { labels: { alertname: 'drift' }, alerts, truncated: 0 };
  expect(await payloadOf({ ...resolved, group })).toMatchObject({ status: 'resolved' });
});
