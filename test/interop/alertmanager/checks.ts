import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { alertsOf, fingerprint, labelsOf } from '../../../collector/src/alerts/alertmanager.ts';
import { alertmanager } from '../../../collector/src/alerts/channels/alertmanager.ts';
import { alertmanagerWebhook } from '../../../collector/src/alerts/channels/alertmanager-webhook.ts';
import type { Notification } from '../../../collector/src/alerts/channels/channel.ts';
import { local_http, postsOf } from '../../support/local-http.ts';
import { firing, strange_notification, trial } from '../../support/notifications.ts';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.ts';
import type { Check } from '../check.ts';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';

const WAIT_MS = 15_000;
const STRANGE = 100;
const since = new Date(Date.now() - 600_000).toISOString();

/** An alert of now, which Alertmanager compares with its clock. */
const begun: Notification = { ...firing, time: since, alert: { ...firing.alert, since } };

function endedNow(): Notification {
  const alert = { ...begun.alert, state: 'resolved' as const, resolved: new Date().toISOString() };
  return { ...begun, id: `${alert.alert_id}_resolved`, type: 'alert.resolved', alert };
}

interface Parts {
  readonly server: Alertmanager;
  readonly receiver: Receiver;
  send(notification: Notification): Promise<void>;
}

export const alertmanager_checks: readonly Check[] = [
  check('shows what we push, with our labels, our fingerprint and where it came from', async (parts) => {
    await parts.send(begun);
    const [alert, ...others] = await parts.server.alerts();
    assert.equal(others.length, 0);
    assert.deepEqual(alert?.['labels'], labelsOf(begun.alert));
    assert.equal(alert?.['fingerprint'], fingerprint(labelsOf(begun.alert)));
    assert.equal(alert?.['generatorURL'], begun.alert.url);
    assert.equal(Date.parse(String(alert?.['startsAt'])), Date.parse(since));
  }),
  check('takes a repetition for the same alert, and another slice for another', async (parts) => {
    await parts.send(begun);
    await parts.send({ ...begun, id: 'again', alert: { ...begun.alert, summary: 'It got worse.' } });
    assert.equal((await parts.server.alerts()).length, 1);
    await parts.send({ ...begun, alert: { ...begun.alert, slice: { prompt_version: 'v3' } } });
    assert.equal((await parts.server.alerts()).length, 2);
  }),
  check('holds no longer what we say has ended, and passes that on', async (parts) => {
    await parts.send(begun);
    await within(parts.receiver.received(1));
    await parts.send(endedNow());
    await until(async () => (await parts.server.alerts()).length === 0);
    await within(parts.receiver.received(2));
    assert.equal(payloads(parts.receiver).at(-1)?.status, 'resolved');
  }),
  check('shows a test', async (parts) => {
    const now = new Date().toISOString();
    await parts.send({ ...trial, alert: { ...trial.alert, since: now, resolved: now } });
    assert.equal((await parts.server.alerts()).length, 1);
  }),
  check(
    `takes every alert, whatever its texts hold, by the fingerprint we compute (${STRANGE})`,
    async (parts) => {
      const notifications = fc.sample(strange_notification, { seed: 19, numRuns: STRANGE });
      const known = new Set<string>();
      for (const notification of notifications) {
        await parts.send(notification);
        for (const alert of alertsOf(notification)) known.add(fingerprint(labelsOf(alert)));
      }
      const shown = (await parts.server.alerts()).map((alert) => String(alert['fingerprint']));
      assert.deepEqual(new Set(shown), known);
    },
  ),
  check('sends its webhooks in the form in which alertmanager-webhook sends ours', async (parts) => {
    for (const notification of [begun, endedNow()]) await comparePayloads(parts, notification);
  }),
  check('sends of a group what alertmanager-webhook sends of ours', async (parts) => {
    const other = { ...begun.alert, slice: { prompt_version: 'v3' }, summary: 'Prompt v3 as well.' };
    const group = { labels: { alertname: 'drift' }, alerts: [begun.alert, other], truncated: 0 };
    await comparePayloads(parts, { ...begun, group });
  }),
];

/** Each check has an Alertmanager of its own, which has heard of nothing. */
function check(name: string, run: (parts: Parts) => Promise<void>): Check {
  return {
    name,
    async run() {
      const receiver = await startReceiver();
      const server = await startAlertmanager(receiver.url);
      const channel = alertmanager({ url: server.url }, local_http);
      const send = async (notification: Notification) => {
        const outcome = await channel.send(notification, { timeout_ms: WAIT_MS });
        assert.deepEqual(outcome, { result: 'ok', status: 200 }, JSON.stringify(notification).slice(0, 2000));
      };
      try {
        await run({ server, receiver, send });
      } finally {
        await server.close();
        await receiver.close();
      }
    },
  };
}

/** Sends an alert through Alertmanager, and holds what comes out of it against what we would have sent. */
async function comparePayloads({ send, receiver }: Parts, notification: Notification): Promise<void> {
  const count = receiver.requests.length;
  await send(notification);
  await within(receiver.received(count + 1));
  const [ours, theirs] = [await ourPayload(notification), payloads(receiver).at(-1) ?? {}];
  assert.deepEqual(formOf(ours), formOf(theirs));
  const { alerts: our_alerts, externalURL: _, ...our_rest } = ours;
  const { alerts: their_alerts, externalURL: __, ...their_rest } = theirs;
  assert.deepEqual(our_rest, their_rest);
  assert.deepEqual(comparable(our_alerts), comparable(their_alerts));
}

/** The order of alerts means nothing, and a time is the same with and without its milliseconds. */
function comparable(alerts: unknown): Payload[] {
  return (alerts as readonly Payload[])
    .map((alert) => ({
      ...alert,
      startsAt: Date.parse(String(alert['startsAt'])),
      endsAt: Date.parse(String(alert['endsAt'])),
      fingerprint: String(alert['fingerprint']),
    }))
    .sort((one, another) => (one.fingerprint < another.fingerprint ? -1 : 1));
}

type Payload = Readonly<Record<string, unknown>>;

function payloads({ requests }: Receiver): Payload[] {
  return requests.map(({ body }) => JSON.parse(body));
}

async function ourPayload(notification: Notification): Promise<Payload> {
  const settings = { url: 'https://hook.example', name: 'sextant' };
  const [post] = await postsOf((http) => alertmanagerWebhook(settings, http), [notification]);
  return JSON.parse(post?.body ?? '');
}

/** Names and types all the way down, without the values. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, formOf(member)]));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline_ms = Date.now() + WAIT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline_ms, 'It did not come about in time.');
    await sleep(100);
  }
}

async function within(arrival: Promise<void>): Promise<void> {
  let has_come = false;
  void arrival.then(() => {
    has_come = true;
  });
  await until(async () => has_come);
}
