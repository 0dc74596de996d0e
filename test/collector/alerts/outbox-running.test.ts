import { describe, expect, test, vi } from 'vitest';
import { openAttemptTable } from '../../../collector/src/alerts/attempt-table.ts';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import { local_http } from '../../support/local-http.ts';
import { firing, resolved } from '../../support/notifications.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { about, failed, never, ok, scripted, useOutbox } from './outbox-harness.ts';

const under = useOutbox();
const { alert_id } = firing.alert;

describe('running', () => {
  test('delivers over HTTP when woken, and again when the pause is over', async () => {
    const receiver = await startReceiver();
    receiver.behave({ status: 500 }, 'drop', { status: 200 });
    const channel = webhook({ url: receiver.url }, local_http);
    const outbox = under.outboxFor([channel], { now: Date.now, schedule_ms: [0, 5, 5] });
    outbox.start();
    outbox.insert(firing);
    outbox.wake();
    await receiver.received(3);
    outbox.insert(resolved);
    outbox.wake();
    await receiver.received(4);
    await outbox.stop();
    expect(receiver.requests.map((request) => request.headers['webhook-id'])).toEqual([
      firing.id,
      firing.id,
      firing.id,
      resolved.id,
    ]);
    expect(outbox.counts()).toMatchObject({ delivered: 2, pending: 0 });
    await receiver.close();
  });

  test('a channel that hangs does not hold up another', async () => {
    const arrived = Promise.withResolvers<void>();
    const quick = scripted(() => {
      arrived.resolve();
      return ok;
    }, 'quick');
    const outbox = under.outboxFor([scripted(() => never, 'hanging'), quick], { stop_timeout_ms: 1 });
    outbox.start();
    outbox.insert(firing);
    outbox.wake();
    await arrived.promise;
    await outbox.stop();
    expect(outbox.deliveries(alert_id).map(({ channel, state }) => ({ channel, state }))).toEqual([
      { channel: 'hanging', state: 'pending' },
      { channel: 'quick', state: 'delivered' },
    ]);
  });

  test('stop waits for the attempt in flight', async () => {
    const [begun, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<Outcome>()];
    const channel = scripted(() => {
      begun.resolve();
      return answer.promise;
    });
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    outbox.insert(about('another', firing));
    outbox.start();
    await begun.promise;
    const stopped = outbox.stop();
    answer.resolve(ok);
    await stopped;
    expect(outbox.counts()).toMatchObject({ delivered: 1, pending: 1 });
  });

  test('stop does not wait for ever, and what ends later leaves the closed database alone', async () => {
    const [begun, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<Outcome>()];
    const channel = scripted(() => {
      begun.resolve();
      return answer.promise;
    });
    const outbox = under.outboxFor([channel], { stop_timeout_ms: 1 });
    outbox.insert(firing);
    outbox.start();
    await begun.promise;
    await outbox.stop();
    under.database.close();
    answer.resolve(ok);
    await new Promise(setImmediate);
    expect(under.log.error).not.toHaveBeenCalled();
    under.reopen();
    expect(under.outboxFor([channel]).counts().pending).toBe(1);
  });

  test('a channel that breaks its contract and never ends is given up by the outbox', async () => {
    const outbox = under.outboxFor([scripted(() => never)], { timeout_ms: 1 });
    outbox.insert(firing);
    await outbox.deliverDue(under.clock_ms);
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({
      state: 'pending',
      last_error: expect.stringContaining('1 ms'),
    });
  });

  test('a database that cannot be read is logged, and the lane goes on', async () => {
    const logged = Promise.withResolvers<void>();
    under.log.error.mockImplementation(() => logged.resolve());
    const channel = scripted(() => ok);
    const outbox = under.outboxFor([channel]);
    outbox.start();
    outbox.insert(firing);
    under.database.exec('ALTER TABLE alert_outbox RENAME TO elsewhere');
    outbox.wake();
    await logged.promise;
    under.database.exec('ALTER TABLE elsewhere RENAME TO alert_outbox');
    outbox.wake();
    await vi.waitFor(() => expect(channel.sent).toEqual([firing.id]));
    await outbox.stop();
  });
});

describe('the log of attempts', () => {
  const { tenant } = firing.alert;

  test('has each attempt over HTTP: when, what was answered, how long it took', async () => {
    const receiver = await startReceiver();
    receiver.behave({ status: 503, body: 'not now' }, 'drop', { status: 204 });
    const outbox = under.outboxFor([webhook({ url: receiver.url }, local_http)]);
    outbox.insert(firing);
    for (const later_ms of [0, 5_000, 400_000]) await outbox.deliverDue(under.clock_ms + later_ms);
    const sequence = outbox.log({ tenant, limit: 1 })[0]!.sequence;
    expect(outbox.attempts(tenant, sequence)).toEqual([
      {
        ...{ attempt: 1, time: '2026-11-21T12:00:00.000Z', duration_ms: expect.any(Number) },
        ...{ result: 'retry', status: 503, error: 'HTTP 503: not now' },
      },
      {
        ...{ attempt: 2, time: '2026-11-21T12:00:05.000Z', duration_ms: expect.any(Number) },
        ...{ result: 'retry', status: null, error: expect.stringMatching(/socket hang up|ECONNRESET/) },
      },
      {
        ...{ attempt: 3, time: '2026-11-21T12:06:40.000Z', duration_ms: expect.any(Number) },
        ...{ result: 'ok', status: 204, error: null },
      },
    ]);
    expect(() => outbox.attempts('other', sequence)).toThrow(expect.objectContaining({ code: 'not_found' }));
    await receiver.close();
  });

  test('shows an attempt that a crash cut off as one without an end, and one that ended late', async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    under.outboxFor([scripted(() => never)]).insert(firing);
    void under.outboxFor([scripted(() => never)]).deliverDue(under.clock_ms);
    under.reopen();
    const slow = under.outboxFor([scripted(() => promise)]).deliverDue(under.clock_ms + 60_000);
    const outbox = under.outboxFor([scripted(() => ok)]);
    await outbox.deliverDue(under.clock_ms + 120_000);
    resolve(failed);
    await slow;
    expect(outbox.attempts(tenant, 1).map(({ attempt, result }) => [attempt, result])).toEqual([
      [1, null],
      [2, 'failed'],
      [3, 'ok'],
    ]);
    expect(outbox.counts()).toMatchObject({ delivered: 1, dead: 0 });
  });

  test('goes with its delivery, and keeps the newest of all', async () => {
    const outbox = under.outboxFor([scripted(() => ok)], { rows_max: 1 });
    outbox.insert(about('old', firing));
    await outbox.deliverDue(under.clock_ms);
    outbox.insert(about('new', firing));
    await outbox.deliverDue(under.clock_ms);
    expect(under.database.prepare('SELECT delivery FROM alert_attempts').all()).toEqual([{ delivery: 2 }]);
    const table = openAttemptTable(under.database, 3);
    for (let attempt = 2; attempt <= 6; attempt++) table.begin(2, attempt, under.clock_ms);
    expect(table.list(2).map(({ attempt }) => attempt)).toEqual([4, 5, 6]);
  });

  test('does not take what is no status for one', async () => {
    const outbox = under.outboxFor([scripted(() => ({ result: 'ok', status: 'fine' as unknown as number }))]);
    outbox.insert(firing);
    await outbox.deliverDue(under.clock_ms);
    expect(outbox.attempts(tenant, 1)).toMatchObject([{ result: 'ok', status: null }]);
  });
});
