import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pubsub } from '../../../../collector/src/alerts/channels/pubsub.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http, postsOf } from '../../../support/local-http.ts';
import { firing, grouped, strange_notification } from '../../../support/notifications.ts';
import { dictionary, list, problemsOf, record, text } from '../../../support/shape.ts';
import { startReceiver } from '../../../support/webhook-receiver.ts';

const topic = 'projects/acme/topics/alerts';
const dataOf = (body: string) =>
  JSON.parse(Buffer.from(JSON.parse(body).messages[0].data, 'base64').toString('utf8'));

channelContract({
  name: 'pubsub',
  create: (url, http) => pubsub({ topic, endpoint: new URL(url).origin }, http),
  idOf: ({ body }) => JSON.parse(body).messages[0].attributes.id,
  textOf: ({ body }) => JSON.stringify(dataOf(body)),
});

// Source: Pub/Sub, REST reference, projects.topics.publish, and its quotas.
const bytesUpTo = (bytes_max: number) => (value: unknown, place: string) =>
  Buffer.byteLength(String(value)) <= bytes_max ? [] : [`${place} has more than ${bytes_max} bytes`];
const request = record({
  messages: list(
    record({
      data: text({ pattern: /^[A-Za-z0-9+/]+=*$/ }),
      attributes: dictionary(bytesUpTo(256), bytesUpTo(1024)),
    }),
    1,
    1,
  ),
});

test('publishes to the topic, without credentials where another endpoint is named', async () => {
  const receiver = await startReceiver();
  const channel = await pubsub({ topic, endpoint: new URL(receiver.url).origin }, local_http);
  expect(await channel.send(firing, { timeout_ms: 5000 })).toMatchObject({ result: 'ok' });
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', path: `/v1/${topic}:publish` });
  expect(receiver.requests[0]?.headers).not.toHaveProperty('authorization');
  expect(dataOf(receiver.requests[0]?.body ?? '')).toEqual({
    type: 'alert.firing',
    timestamp: firing.time,
    data: firing.alert,
  });
  await channel.send(grouped, { timeout_ms: 5000 });
  expect(dataOf(receiver.requests[1]?.body ?? '').data.group).toEqual(grouped.group);
  await receiver.close();
});

test('is a request as Pub/Sub takes it, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      const [post] = await postsOf(
        (http) => pubsub({ topic, endpoint: 'https://e.example' }, http),
        [notification],
      );
      expect(problemsOf(JSON.parse(post?.body ?? ''), request)).toEqual([]);
    }),
    { seed: 15, numRuns: 100 },
  );
});

describe('with credentials', () => {
  const withToken = (token: () => Promise<string>) => async (http: typeof local_http) =>
    pubsub({ topic }, http, async () => token);

  test('the token goes to Google and nowhere else', async () => {
    const [post] = await postsOf(
      withToken(async () => 'a-token'),
      [firing],
    );
    expect(post?.url.href).toBe(`https://pubsub.googleapis.com/v1/${topic}:publish`);
    expect(post?.headers).toMatchObject({ authorization: 'Bearer a-token' });
  });

  test('a token that does not come is worth another attempt, within the time', async () => {
    const refused = await withToken(() => Promise.reject(new Error('no metadata server')))(local_http);
    expect(await refused.send(firing, { timeout_ms: 1000 })).toEqual({
      result: 'retry',
      reason: expect.stringContaining('no metadata server'),
    });
    const slow = await withToken(() => sleep(60_000, 'late', { ref: false }))(local_http);
    expect(await slow.send(firing, { timeout_ms: 50 })).toMatchObject({ result: 'retry' });
  });
});

test.each([
  'alerts',
  'projects/a/topics/',
  'projects/a/topics/b/../c',
  'projects/a/topics/b:publish?x=',
  undefined,
])('the topic %s is refused', async (wrong) => {
  await expect(pubsub({ topic: wrong, endpoint: 'https://e.example' }, local_http)).rejects.toThrow(
    expect.objectContaining({ code: 'bad_request', message: expect.stringContaining('topic') }),
  );
});
