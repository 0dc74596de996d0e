import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, Notification } from '../../collector/src/alerts/channels/channel.ts';
import type { HttpClient } from '../../collector/src/alerts/http.ts';
import type { Outcome } from '../../collector/src/alerts/outcome.ts';
import { local_http } from '../support/local-http.ts';
import { firing, resolved, strange_notification, trial } from '../support/notifications.ts';
import {
  type Behaviour,
  type ReceivedRequest,
  type Receiver,
  startReceiver,
} from '../support/webhook-receiver.ts';

export interface ChannelContract {
  readonly name: string;
  /** Makes the channel, sending to `url`. */
  create(url: string, http: HttpClient): Channel | Promise<Channel>;
  /** The notification id as the receiver finds it. */
  idOf(request: ReceivedRequest): unknown;
  /** What the receiver understands as the notification. */
  textOf?(request: ReceivedRequest): string;
  /** Notifications it carries, the first two of different ids; by default one of each type. */
  readonly carried?: readonly [Notification, Notification, ...Notification[]];
}

const SHORT_MS = 300;
const LONG_MS = 10_000;

/** What every channel that speaks HTTP must do, against a real receiver that misbehaves in every way we know. */
export function channelContract({
  name,
  create,
  idOf,
  textOf = (request) => request.body,
  carried = [firing, resolved, trial],
}: ChannelContract): void {
  describe(`${name} keeps the contract of a channel`, () => {
    let receiver: Receiver;
    let channel: Channel;

    beforeEach(async () => {
      receiver = await startReceiver();
      channel = await create(receiver.url, local_http);
    });
    afterEach(() => receiver.close());

    async function sendTo(behaviour: Behaviour, timeout_ms = LONG_MS): Promise<Outcome> {
      receiver.behave(behaviour);
      return channel.send(firing, { timeout_ms });
    }

    test('has a name', () => expect(channel.name).not.toBe(''));

    test.each([200, 201, 202, 204])('%i is ok', async (status) => {
      expect(await sendTo({ status })).toEqual({ result: 'ok', status });
      expect(receiver.requests).toHaveLength(1);
    });

    test.each(carried)('says what it is about: $type', async (notification) => {
      await channel.send(notification, { timeout_ms: LONG_MS });
      expect(textOf(receiver.requests[0]!)).toContain(notification.alert.summary);
    });

    test.each([301, 302, 303, 307, 308])('%i is failed and not followed', async (status) => {
      const elsewhere = await startReceiver();
      const outcome = await sendTo({ status, headers: { location: elsewhere.url } });
      expect(outcome).toMatchObject({ result: 'failed', reason: expect.stringContaining(String(status)) });
      expect(elsewhere.requests).toHaveLength(0);
      expect(receiver.requests).toHaveLength(1);
      await elsewhere.close();
    });

    test.each([400, 401, 403, 404, 410, 413, 422])('%i is failed', async (status) => {
      const outcome = await sendTo({ status, body: 'not today' });
      expect(outcome).toEqual({ result: 'failed', reason: expect.stringContaining(String(status)), status });
    });

    test.each([408, 429, 500, 502, 503, 504])('%i is worth another attempt', async (status) => {
      const outcome = await sendTo({ status, body: 'not now' });
      expect(outcome).toEqual({ result: 'retry', reason: expect.stringContaining(String(status)), status });
    });

    test.each([429, 503])('%i with Retry-After in seconds names the time', async (status) => {
      const outcome = await sendTo({ status, headers: { 'retry-after': '120' } });
      expect(outcome).toMatchObject({ result: 'retry', retry_after_ms: 120_000 });
    });

    test('Retry-After as a date names the time', async () => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      const outcome = await sendTo({ status: 429, headers: { 'retry-after': date } });
      const wait_ms = outcome.result === 'retry' ? outcome.retry_after_ms : undefined;
      expect(wait_ms).toBeGreaterThan(3_000_000);
      expect(wait_ms).toBeLessThanOrEqual(3_600_000);
    });

    test.each(['soon', '-5', '1.5', '', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
      'Retry-After "%s" counts as not given',
      async (value) => {
        const outcome = await sendTo({ status: 429, headers: { 'retry-after': value } });
        expect(outcome).toEqual({ result: 'retry', reason: expect.any(String), status: 429 });
      },
    );

    test.each(['hang', 'drop', 'garbage'] as const)('%s is worth another attempt', async (behaviour) => {
      const outcome = await sendTo(behaviour, behaviour === 'hang' ? SHORT_MS : LONG_MS);
      expect(outcome).toEqual({ result: 'retry', reason: expect.any(String) });
    });

    test.each(['drop-in-body', 'endless-error'] as const)('%s is what the status says', async (behaviour) => {
      expect(await sendTo(behaviour)).toMatchObject({
        result: 'retry',
        reason: expect.stringContaining('500'),
      });
    });

    test('an answer that never ends is cut: the status decides', async () => {
      expect(await sendTo('endless')).toEqual({ result: 'ok', status: 200 });
      expect(await sendTo('hang-in-body', SHORT_MS)).toEqual({ result: 'ok', status: 200 });
    });

    test('the reason given is one short line', async () => {
      const outcome = await sendTo({ status: 500, body: `<html>\n\u0000${'very long '.repeat(1000)}` });
      const reason = outcome.result === 'retry' ? outcome.reason : '';
      expect(reason.length).toBeLessThan(500);
      expect(reason).not.toMatch(/\p{Cc}/u);
    });

    test('nobody listening is worth another attempt', async () => {
      await receiver.close();
      expect(await channel.send(firing, { timeout_ms: LONG_MS })).toMatchObject({ result: 'retry' });
    });

    test('the same notification again carries the same id, another one another', async () => {
      receiver.behave({ status: 500 }, 'drop', { status: 204 });
      const [one, another] = carried;
      for (const notification of [one, one, one, another]) {
        await channel.send(notification, { timeout_ms: LONG_MS });
      }
      const [first, second, third, other] = receiver.requests.map(idOf);
      expect([second, third]).toEqual([first, first]);
      expect(other).not.toEqual(first);
    });

    test('never throws, whatever the texts hold', async () => {
      await fc.assert(
        fc.asyncProperty(strange_notification, async (notification) => {
          expect(await channel.send(notification, { timeout_ms: LONG_MS })).toMatchObject({ result: 'ok' });
        }),
        { seed: 20_261_121, numRuns: 40 },
      );
    });
  });
}
