import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { createAlerts } from '../../../collector/src/alerts/engine.ts';
import { createHttpClient } from '../../../collector/src/alerts/http.ts';
import { openStoredChannels } from '../../../collector/src/alerts/stored-channels.ts';
import { recordingLog } from '../../support/log.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { contextOf, drifted } from './verdicts.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://hooks.example/a';
let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
});

async function open(allow = 'hooks.example,elsewhere.example,127.0.0.1') {
  const log = recordingLog();
  const stored_channels = await openStoredChannels({ database, http: createHttpClient({ allow }), log });
  const unused = () => Promise.reject(new Error('Nothing is asked.'));
  const alerts = createAlerts({
    ...{ stored_channels, log, control: database, now: Date.now },
    channels: [{ name: 'fixed', send: async () => ({ result: 'ok' }) }],
    store: { insert: async () => {}, query: unused, sql: unused },
    options: { public_url: 'http://page', patience: { group_wait_ms: 0, group_interval_ms: 0 } },
  });
  const saved = () =>
    JSON.parse(String(database.prepare('SELECT settings FROM alert_channels').get()?.['settings']));
  return { ...alerts, log, saved };
}

test('a secret stays where the address does, goes where it does not, and is never shown', async () => {
  const { channels, saved } = await open();
  const put = (settings: object, kind = 'webhook') => channels.put('hook', { kind, settings });
  const shown = await put({ url, secrets: [secret] });
  expect(shown).toMatchObject({ settings: { url: 'hooks.example', secrets: 'set' }, routes: ['default'] });
  expect(JSON.stringify([shown, channels.list()])).not.toMatch(/whsec|hooks\.example\/a/);
  await put({ url });
  expect(saved()).toEqual({ url, secrets: [secret] });
  await put({ url, secrets: null });
  expect(saved()).toEqual({ url });
  await put({ url, secrets: [secret] });
  await put({ url: 'https://elsewhere.example/a' });
  expect(saved()).toEqual({ url: 'https://elsewhere.example/a' });
  await put({ url, authorization: 'Bearer x' }, 'cloudevents');
  await put({ url }, 'alertmanager-webhook');
  expect(saved()).toEqual({ url });
});

test.each([
  ['a blocked address', { kind: 'webhook', settings: { url: 'http://10.0.0.1/' } }, 'destination_blocked'],
  [
    'a blocked endpoint',
    { kind: 'pubsub', settings: { topic: 'projects/a/topics/b', endpoint: 'http://10.0.0.1' } },
    'destination_blocked',
  ],
  ['no address', { kind: 'webhook', settings: {} }, 'bad_request'],
  ['code', { kind: './channel.js', settings: {} }, 'bad_request'],
  ['an unknown kind', { kind: 'constructor', settings: {} }, 'bad_request'],
  ['a reference', { kind: 'pagerduty', settings: { routing_key: 'env:HOME' } }, 'bad_request'],
  [
    'a reference in a list',
    { kind: 'webhook', settings: { url, secrets: ['file:/etc/passwd'] } },
    'bad_request',
  ],
  ['another name', { kind: 'webhook', settings: { url, name: 'fixed' } }, 'bad_request'],
  ['a setting it does not have', { kind: 'slack', settings: { url, secrets: [secret] } }, 'bad_request'],
  ['settings that are none', { kind: 'webhook', settings: 'x' }, 'bad_request'],
])('refuses %s and keeps what was', async (_what, given, code) => {
  const { channels } = await open();
  await expect(channels.put('hook', given)).rejects.toMatchObject({ code });
  expect(channels.list().map(({ name }) => name)).toEqual(['fixed']);
});

test('a configured channel is not changed by the API, and stands before one of its name', async () => {
  const first = await open();
  await expect(first.channels.put('fixed', { kind: 'webhook', settings: { url } })).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(() => first.channels.remove('fixed')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  expect(() => first.channels.remove('nobody')).toThrow(expect.objectContaining({ code: 'not_found' }));
  database.exec(`INSERT INTO alert_channels VALUES ('fixed', 'webhook', '{"url":"${url}"}')`);
  const { channels } = await open();
  expect(channels.list()).toMatchObject([{ name: 'fixed', source: 'configuration' }]);
});

test('is there after a restart, and is left out where its address is not allowed any more', async () => {
  const first = await open();
  await first.channels.put('hook', { kind: 'webhook', settings: { url: 'http://127.0.0.1:9/' } });
  const again = await open();
  expect(again.channels.list()).toMatchObject([{ name: 'fixed' }, { name: 'hook', source: 'api' }]);
  const refused = await open('');
  expect(refused.channels.list()).toHaveLength(1);
  expect(refused.log.lines.join()).toContain('A stored channel cannot be made and is left out.');
});

test('alerts reach a channel as soon as it is made, at its new address, and not any more when it is removed', async () => {
  const [one, other] = [await startReceiver(), await startReceiver()];
  const { channels, start, stop, onVerdict, counts } = await open();
  start();
  await channels.put('hook', { kind: 'webhook', settings: { url: one.url } });
  await onVerdict(drifted, contextOf(1, { feature: 'a' }));
  await one.received(1);
  await channels.put('hook', { kind: 'webhook', settings: { url: other.url } });
  await onVerdict(drifted, contextOf(1, { feature: 'b' }));
  await other.received(1);
  other.behave({ status: 503 });
  await onVerdict(drifted, contextOf(1, { feature: 'c' }));
  await other.received(2);
  channels.remove('hook');
  await onVerdict(drifted, contextOf(1, { feature: 'd' }));
  await channels.put('hook', { kind: 'webhook', settings: { url: one.url } });
  await onVerdict(drifted, contextOf(1, { feature: 'e' }));
  await one.received(2);
  await stop();
  expect(one.requests.map(({ body }) => JSON.parse(body).data.feature)).toEqual(['a', 'e']);
  expect(other.requests.map(({ body }) => JSON.parse(body).data.feature)).toEqual(['b', 'c']);
  expect(counts().outbox.dead).toBe(1);
  await Promise.all([one.close(), other.close()]);
});
