import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pagerduty } from '../../../../collector/src/alerts/channels/pagerduty.ts';
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
import { address, dictionary, list, oneOf, problemsOf, record, text, time } from '../../../support/shape.ts';

const routing_key = 'R'.repeat(32);

channelContract({
  name: 'pagerduty',
  create: (url, http) => pagerduty({ url, routing_key }, http),
  idOf: ({ body }) => JSON.parse(body).payload.custom_details.notification_id,
});

const acknowledged = { ...firing, type: 'alert.acknowledged' } as const;
const postOf = async (notification = firing) => {
  const [post] = await postsOf((http) => pagerduty({ routing_key }, http), [notification]);
  return post;
};
const eventOf = async (notification = firing) => JSON.parse((await postOf(notification))?.body ?? '');

// Source: PagerDuty, "PD-CEF" and "Send an alert event" of the Events API v2.
const name = text({ is_empty_allowed: true, units_max: 255 });
const event = record(
  {
    routing_key: text({ pattern: /^\w{32}$/ }),
    event_action: oneOf('trigger', 'acknowledge', 'resolve'),
    dedup_key: text({ units_max: 255 }),
    payload: record(
      {
        summary: text({ units_max: 1024 }),
        source: text(),
        severity: oneOf('critical', 'error', 'warning', 'info'),
      },
      {
        timestamp: time,
        component: name,
        group: name,
        class: name,
        custom_details: dictionary(text(), text()),
      },
    ),
  },
  {
    client: text(),
    client_url: address(),
    links: list(record({ href: address() }, { text: text() })),
    images: list(record({ src: address(/^https:/) }, { href: address(/^https:/), alt: text() })),
  },
);

test.each([firing, acknowledged, resolved, trial, bare, grouped])(
  'is an event as PagerDuty takes it: $type',
  async (notification) => {
    expect(problemsOf(await eventOf(notification), event)).toEqual([]);
  },
);

test('keeps the limits of PagerDuty, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      const body = await eventOf(notification);
      expect(problemsOf(body, event)).toEqual([]);
      expect(JSON.stringify(body).length).toBeLessThan(100_000);
    }),
    { seed: 13, numRuns: 200 },
  );
});

test('an alert is one incident: opened when it fires, resolved by the same key when it ends', async () => {
  const [opened, ended] = [await eventOf(firing), await eventOf(resolved)];
  expect(opened).toMatchObject({ event_action: 'trigger', payload: { severity: 'critical' } });
  expect(ended).toMatchObject({ event_action: 'resolve', dedup_key: opened.dedup_key });
  expect(await eventOf(trial)).toMatchObject({ event_action: 'trigger', payload: { severity: 'info' } });
  expect(await eventOf(bare)).toMatchObject({ payload: { severity: 'warning' } });
});

test('an alert that somebody has acknowledged is acknowledged there too', async () => {
  const alert = { ...firing.alert, acknowledged_by: 'kim' };
  const { dedup_key } = await eventOf(firing);
  expect(await eventOf({ ...acknowledged, alert })).toMatchObject({ event_action: 'acknowledge', dedup_key });
  expect(await eventOf({ ...firing, alert })).toMatchObject({ event_action: 'trigger', dedup_key });
  expect(await eventOf({ ...resolved, alert })).toMatchObject({ event_action: 'resolve' });
});

test('a group is one incident that tells its alerts, a heartbeat none', async () => {
  const { dedup_key, payload } = await eventOf(grouped);
  expect(dedup_key).toBe('group');
  expect(payload.custom_details.Alerts).toContain('Prompt v3 as well.');
  expect(await postOf(heartbeat)).toBeUndefined();
});

test('a long key is cut to the same key each time', async () => {
  const alert = { ...firing.alert, alert_id: 'k'.repeat(400) };
  const { dedup_key } = await eventOf({ ...firing, alert });
  expect(dedup_key).toHaveLength(255);
  expect((await eventOf({ ...resolved, alert })).dedup_key).toBe(dedup_key);
});

test('goes to PagerDuty where no address is given, and needs a key', async () => {
  expect((await postOf())?.url.href).toBe('https://events.pagerduty.com/v2/enqueue');
  expect(() => pagerduty({}, local_http)).toThrow('needs the setting routing_key');
  expect(() => pagerduty({ routing_key, secret: 'x' }, local_http)).toThrow('no setting "secret"');
});
