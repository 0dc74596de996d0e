import { generateKeyPairSync, randomBytes, verify as verifyWith } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { webhook } from '../../../../collector/src/alerts/channels/webhook.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http } from '../../../support/local-http.ts';
import { firing, grouped, strange_notification } from '../../../support/notifications.ts';
import { type ReceivedRequest, type Receiver, startReceiver } from '../../../support/webhook-receiver.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const older_secret = `whsec_${randomBytes(24).toString('base64')}`;
const timeout_ms = 10_000;

channelContract({
  name: 'webhook',
  create: (url, http) => webhook({ url, secrets: [secret] }, http),
  idOf: (request) => request.headers['webhook-id'],
});

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

/** The oracle: throws unless the signature is right. */
function verify(request: ReceivedRequest | undefined, with_secret: string): unknown {
  return new Webhook(with_secret).verify(request?.body ?? '', request?.headers as Record<string, string>);
}

test('a Standard Webhooks receiver accepts the signature and reads type, timestamp and data', async () => {
  await webhook({ url: receiver.url, secrets: [secret] }, local_http).send(firing, { timeout_ms });
  const request = receiver.requests[0];
  expect(request).toMatchObject({ method: 'POST', path: '/hook' });
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': firing.id });
  expect(verify(request, secret)).toEqual({
    type: 'alert.firing',
    timestamp: firing.time,
    data: firing.alert,
  });
});

test('while secrets change, receivers of the old and of the new one accept, and no other', async () => {
  await webhook({ url: receiver.url, secrets: `${secret} ${older_secret}` }, local_http).send(firing, {
    timeout_ms,
  });
  await webhook({ url: receiver.url, secrets: [secret, older_secret] }, local_http).send(firing, {
    timeout_ms,
  });
  for (const request of receiver.requests) {
    expect(verify(request, secret)).toEqual(verify(request, older_secret));
    expect(() => verify(request, `whsec_${randomBytes(32).toString('base64')}`)).toThrow(
      'No matching signature',
    );
  }
  expect(receiver.requests).toHaveLength(2);
});

test('a shared secret and a private key sign the same webhook, and each receiver finds its own', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const private_secret = `whsk_${seed.toString('base64')}`;
  const channel = webhook({ url: receiver.url, secrets: [private_secret, secret] }, local_http);
  await channel.send(firing, { timeout_ms });
  const { headers, body } = receiver.requests[0]!;
  expect(verify(receiver.requests[0], secret)).toMatchObject({ type: 'alert.firing' });
  const [scheme, signature = ''] = String(headers['webhook-signature']).split(' ')[0]?.split(',') ?? [];
  expect(scheme).toBe('v1a');
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  expect(verifyWith(null, content, publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  const published = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  expect(channel.public_keys).toEqual([`whpk_${published.toString('base64')}`]);
});

test('a body that was changed on the way is refused', async () => {
  await webhook({ url: receiver.url, secrets: [secret] }, local_http).send(firing, { timeout_ms });
  const request = receiver.requests[0]!;
  expect(() => verify({ ...request, body: request.body.replace('drifted', 'settled') }, secret)).toThrow();
});

test('without a secret nothing is signed', async () => {
  await webhook({ url: receiver.url }, local_http).send(firing, { timeout_ms });
  expect(receiver.requests[0]?.headers).not.toHaveProperty('webhook-signature');
});

test('a body stays below 20 KB: examples go first, what identifies the alert stays', async () => {
  const channel = webhook({ url: receiver.url, secrets: [secret] }, local_http);
  const alert = { ...firing.alert, example_trace_ids: Array.from({ length: 2000 }, () => 'a'.repeat(32)) };
  await channel.send({ ...firing, alert }, { timeout_ms });
  expect(verify(receiver.requests[0], secret)).toMatchObject({
    data: { ...firing.alert, example_trace_ids: alert.example_trace_ids.slice(0, 3) },
  });
});

test('a group comes with its alerts, and where there are too many with the first of them', async () => {
  const channel = webhook({ url: receiver.url, secrets: [secret] }, local_http);
  await channel.send(grouped, { timeout_ms });
  expect(verify(receiver.requests[0], secret)).toMatchObject({
    data: { ...grouped.alert, group: grouped.group },
  });
  const alerts = Array.from({ length: 50 }, () => firing.alert);
  await channel.send({ ...grouped, group: { labels: {}, alerts, truncated: 2 } }, { timeout_ms });
  expect(verify(receiver.requests[1], secret)).toMatchObject({
    data: {
      alert_id: 'group',
      group: { truncated: 47, alerts: Array(5).fill({ alert_id: firing.alert.alert_id }) },
    },
  });
});

test('a long explanation is cut, the figures stay', async () => {
  const verdict = { p: 0.0003, effect: 0.23, why: 'because '.repeat(5000) };
  await webhook({ url: receiver.url, secrets: [secret] }, local_http).send(
    { ...firing, alert: { ...firing.alert, verdict } },
    { timeout_ms },
  );
  expect(verify(receiver.requests[0], secret)).toMatchObject({
    data: { verdict: { p: 0.0003, effect: 0.23, why: expect.stringMatching(/^because .*…$/) } },
  });
});

test('no text, however long or strange, makes a body of 20 KB or one the oracle refuses', async () => {
  const channel = webhook({ url: receiver.url, secrets: [secret] }, local_http);
  await fc.assert(
    fc.asyncProperty(strange_notification, async (strange) => {
      const { url } = firing.alert;
      await channel.send({ ...strange, alert: { ...strange.alert, url } }, { timeout_ms });
      const request = receiver.requests.at(-1);
      expect(Buffer.byteLength(request?.body ?? '')).toBeLessThan(20_000);
      expect(verify(request, secret)).toMatchObject({
        data: { alert_id: firing.alert.alert_id, url: firing.alert.url },
      });
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('after 410 nothing is sent until a test notification is accepted', async () => {
  const channel = webhook({ url: receiver.url, secrets: [secret] }, local_http);
  receiver.behave({ status: 410 }, { status: 204 });
  expect(await channel.send(firing, { timeout_ms })).toMatchObject({ result: 'failed' });
  expect(await channel.send(firing, { timeout_ms })).toMatchObject({ result: 'failed' });
  expect(receiver.requests).toHaveLength(1);
  expect(await channel.send({ ...firing, type: 'alert.test' }, { timeout_ms })).toMatchObject({
    result: 'ok',
  });
  expect(await channel.send(firing, { timeout_ms })).toMatchObject({ result: 'ok' });
});

test.each([
  [{}, 'address'],
  [{ url: 'ftp://example.org/' }, 'address'],
  [{ url: 'not a url' }, 'address'],
  [{ url: 'https://example.org/', secrets: ['whsec_c2hvcnQ='] }, 'secret'],
  [{ url: 'https://example.org/', secrets: 42 }, 'secrets'],
  [{ url: 'https://example.org/', secret: 'spelt wrong' }, 'no setting "secret"'],
])('settings %j are refused', (settings, about) => {
  expect(() => webhook(settings, local_http)).toThrow(
    expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(about) }),
  );
});
