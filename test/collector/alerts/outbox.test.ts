import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { openAttemptTable } from '../../../collector/src/alerts/attempt-table.ts';
import type { Channel, Notification } from '../../../collector/src/alerts/channels/channel.ts';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import { createOutbox, type Outbox, type OutboxSettings } from '../../../collector/src/alerts/outbox.ts';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import { standard_schedule_ms } from '../../../collector/src/alerts/retry.ts';
import type { Log } from '../../../collector/src/log.ts';
import { local_http } from '../../support/local-http.ts';
import { firing, resolved } from '../../support/notifications.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';

const ok: Outcome = { result: 'ok' };
const retry: Outcome = { result: 'retry', reason: 'HTTP 503' };
const failed: Outcome = { result: 'failed', reason: 'HTTP 404' };
const never = new Promise<Outcome>(() => {});

let folder: string;
let path: string;
let database: DatabaseSync;
let clock_ms: number;
let log: Record<keyof Log, Mock<Log['warn']>>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-outbox-'));
  path = join(folder, 'control.sqlite');
  database = new DatabaseSync(path);
  clock_ms = Date.UTC(2026, 10, 21, 12);
  log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() };
});
afterEach(() => {
  if (database.isOpen) database.close();
  rmSync(folder, { recursive: true });
});

function outboxFor(channels: readonly Channel[], more: Partial<OutboxSettings> = {}): Outbox {
  const by_name = new Map(channels.map((channel) => [channel.name, channel]));
  return createOutbox({ database, channels: by_name, now: () => clock_ms, log, random: () => 0, ...more });
}

/** A channel that answers as told, and the ids it was given. */
function scripted(answer: (notification: Notification) => Outcome | Promise<Outcome>, name = 'scripted') {
  const sent: string[] = [];
  const send = async (notification: Notification) => {
    sent.push(notification.id);
    return answer(notification);
  };
  return { name, send, sent };
}

function about(alert_id: string, notification: Notification): Notification {
  return {
    ...notification,
    id: `${alert_id}_${notification.alert.state}`,
    alert: { ...notification.alert, alert_id },
  };
}

function reopen(): void {
  database.close();
  database = new DatabaseSync(path);
}

const alert_id = firing.alert.alert_id;

describe('the schedule', () => {
  test('is kept to by the clock, with the same id each time, and ends in a dead letter', async () => {
    const channel = scripted(() => retry);
    const outbox = outboxFor([channel]);
    outbox.insert(firing);
    for (const pause_ms of standard_schedule_ms) {
      clock_ms += pause_ms - 1;
      const before = channel.sent.length;
      if (pause_ms > 0) await outbox.deliverDue(clock_ms);
      expect(channel.sent).toHaveLength(before);
      clock_ms += 1;
      await outbox.deliverDue(clock_ms);
      expect(channel.sent).toHaveLength(before + 1);
    }
    expect(new Set(channel.sent)).toEqual(new Set([firing.id]));
    expect(outbox.deliveries(alert_id)).toEqual([
      {
        sequence: 1,
        channel: 'scripted',
        type: 'alert.firing',
        state: 'dead',
        attempts: 10,
        last_error: 'HTTP 503',
        next_attempt: null,
      },
    ]);
    expect(outbox.counts()).toMatchObject({ pending: 0, delivered: 0, dead: 1 });
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  test('shows attempts, error and the next attempt while it waits', async () => {
    const outbox = outboxFor([scripted(() => ({ ...retry, retry_after_ms: 90_000 }))]);
    outbox.insert(firing);
    await outbox.deliverDue(clock_ms);
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_error: 'HTTP 503',
      next_attempt: '2026-11-21T12:01:30.000Z',
    });
  });

  test('ends at once where no attempt will succeed', async () => {
    const channel = scripted(() => failed);
    const outbox = outboxFor([channel]);
    outbox.insert(firing);
    await outbox.deliverDue(clock_ms + 1e12);
    expect(channel.sent).toHaveLength(1);
    expect(outbox.counts().dead).toBe(1);
  });

  test('goes on after a channel that throws or gives no outcome', async () => {
    const answers = [() => Promise.reject(new Error('bug')), () => undefined as unknown as Outcome, () => ok];
    const channel = scripted(() => answers.shift()!());
    const outbox = outboxFor([channel]);
    outbox.insert(firing);
    await outbox.deliverDue(clock_ms);
    expect(outbox.deliveries(alert_id)[0]?.last_error).toContain('bug');
    await outbox.deliverDue(clock_ms + 1e6);
    await outbox.deliverDue(clock_ms + 1e9);
    expect(outbox.counts().delivered).toBe(1);
  });
});

describe('order', () => {
  test('a resolved waits until its firing is delivered', async () => {
    let answer: Outcome = retry;
    const channel = scripted(() => answer);
    const outbox = outboxFor([channel]);
    outbox.insert(firing);
    outbox.insert(resolved);
    await outbox.deliverDue(clock_ms);
    expect(channel.sent).toEqual([firing.id]);
    answer = ok;
    await outbox.deliverDue(clock_ms + 5_000);
    expect(channel.sent).toEqual([firing.id, firing.id, resolved.id]);
  });

  test('a resolved goes out once its firing is dead', async () => {
    const channel = scripted((notification) => (notification.id === firing.id ? failed : ok));
    const outbox = outboxFor([channel]);
    outbox.insert(firing);
    outbox.insert(resolved);
    await outbox.deliverDue(clock_ms);
    expect(channel.sent).toEqual([firing.id, resolved.id]);
  });

  test('holds for every alert and channel, whatever the channels answer', async () => {
    const outcomes = fc.infiniteStream(fc.constantFrom(ok, retry, retry, failed));
    await fc.assert(
      fc.asyncProperty(outcomes, outcomes, async (first, second) => {
        const memory = new DatabaseSync(':memory:');
        const settled = new Set<string>();
        const channels = [first, second].map((stream, index) =>
          scripted((notification) => {
            const { alert, type, id } = notification;
            if (type === 'alert.resolved') expect(settled).toContain(`${index} ${alert.alert_id}_firing`);
            const outcome = stream.next().value as Outcome;
            if (outcome.result !== 'retry') settled.add(`${index} ${id}`);
            return outcome;
          }, `channel ${index}`),
        );
        const outbox = outboxFor(channels, { database: memory, schedule_ms: Array(50).fill(1000) });
        const alerts = ['a', 'b', 'c', 'd'];
        for (const id of alerts) outbox.insert(about(id, firing));
        for (const id of alerts.toReversed()) outbox.insert(about(id, resolved));
        for (let round = 0; round < 200; round++) await outbox.deliverDue(clock_ms + round * 1000);
        expect(settled.size).toBe(16);
        expect(outbox.counts().pending).toBe(0);
        memory.close();
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  test('one alert’s trouble does not hold up another', async () => {
    const channel = scripted(({ alert }) => (alert.alert_id === 'a' ? retry : ok));
    const outbox = outboxFor([channel]);
    for (const id of ['a', 'b']) outbox.insert(about(id, firing));
    outbox.insert(about('b', resolved));
    await outbox.deliverDue(clock_ms);
    expect(channel.sent).toEqual(['a_firing', 'b_firing', 'b_resolved']);
  });
});

describe('restart', () => {
  test('what was pending goes out after it, with the same id; what was delivered does not', async () => {
    const before = scripted((notification) => (notification.id === firing.id ? ok : retry));
    outboxFor([before]).insert(firing);
    const first = outboxFor([before]);
    first.insert(resolved);
    await first.deliverDue(clock_ms);
    reopen();
    const after = scripted(() => ok);
    await outboxFor([after]).deliverDue(clock_ms + 5_000);
    expect(after.sent).toEqual([resolved.id]);
  });

  test('an attempt cut off by a crash is repeated when its lease ends, not before', async () => {
    const outbox = outboxFor([scripted(() => never)], { timeout_ms: 20_000 });
    outbox.insert(firing);
    void outbox.deliverDue(clock_ms);
    reopen();
    const after = scripted(() => ok);
    const restarted = outboxFor([after]);
    await restarted.deliverDue(clock_ms + 20_000);
    expect(after.sent).toEqual([]);
    await restarted.deliverDue(clock_ms + 60_000);
    expect(after.sent).toEqual([firing.id]);
    expect(restarted.deliveries(alert_id)[0]).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('an answer that comes after its lease does not undo a later attempt', async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const slow = outboxFor([scripted(() => promise)]);
    slow.insert(firing);
    const attempt = slow.deliverDue(clock_ms);
    const other = outboxFor([scripted(() => ok)]);
    await other.deliverDue(clock_ms + 60_000);
    resolve(failed);
    await attempt;
    expect(other.counts()).toMatchObject({ delivered: 1, dead: 0 });
  });

  test('two outboxes on one file do not send the same row twice', async () => {
    const channel = scripted(async () => {
      await new Promise(setImmediate);
      return ok;
    });
    const [one, two] = [outboxFor([channel]), outboxFor([channel])];
    for (let index = 0; index < 20; index++) one.insert(about(`alert ${index}`, firing));
    await Promise.all([one.deliverDue(clock_ms), two.deliverDue(clock_ms)]);
    expect(channel.sent).toHaveLength(20);
    expect(new Set(channel.sent).size).toBe(20);
  });

  test('what was meant for a channel no longer configured is dead, and said so', async () => {
    outboxFor([scripted(() => ok, 'old'), scripted(() => ok, 'new')]).insert(firing);
    reopen();
    const outbox = outboxFor([scripted(() => retry, 'new')]);
    outbox.start();
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({ channel: 'old', state: 'dead', attempts: 0 });
    expect(log.warn).toHaveBeenCalledTimes(1);
    await outbox.stop();
  });
});

describe('limits', () => {
  test('keeps the newest rows, gives up the delivered before the dead before the pending, and counts', async () => {
    const channel = scripted(({ id }) => ({ d: ok, x: failed, p: retry })[id[0] as 'd' | 'x' | 'p']);
    const outbox = outboxFor([channel], { rows_max: 6 });
    for (const id of ['p1', 'x1', 'd1', 'p2', 'x2', 'd2']) outbox.insert(about(id, firing));
    await outbox.deliverDue(clock_ms);
    const remaining = () =>
      ['p1', 'x1', 'd1', 'p2', 'x2', 'd2'].filter((id) => outbox.deliveries(id).length > 0);
    outbox.insert(about('p3', firing));
    expect(remaining()).toEqual(['p1', 'x1', 'p2', 'x2', 'd2']);
    for (const id of ['p4', 'p5']) outbox.insert(about(id, firing));
    expect(remaining()).toEqual(['p1', 'p2', 'x2']);
    for (const id of ['p6', 'p7']) outbox.insert(about(id, firing));
    expect(remaining()).toEqual(['p2']);
    expect(outbox.counts()).toEqual({
      pending: 6,
      delivered: 0,
      dead: 0,
      dropped_delivered: 2,
      dropped_dead: 2,
      dropped_pending: 1,
    });
  });

  test('the same notification is taken once', () => {
    const outbox = outboxFor([scripted(() => ok)]);
    outbox.insert(firing);
    outbox.insert(firing);
    expect(outbox.counts().pending).toBe(1);
  });
});

describe('running', () => {
  test('delivers over HTTP when woken, and again when the pause is over', async () => {
    const receiver = await startReceiver();
    receiver.behave({ status: 500 }, 'drop', { status: 200 });
    const channel = webhook({ url: receiver.url }, local_http);
    const outbox = outboxFor([channel], { now: Date.now, schedule_ms: [0, 5, 5] });
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
    const outbox = outboxFor([scripted(() => never, 'hanging'), quick], { stop_timeout_ms: 1 });
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
    const outbox = outboxFor([channel]);
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
    const outbox = outboxFor([channel], { stop_timeout_ms: 1 });
    outbox.insert(firing);
    outbox.start();
    await begun.promise;
    await outbox.stop();
    database.close();
    answer.resolve(ok);
    await new Promise(setImmediate);
    expect(log.error).not.toHaveBeenCalled();
    database = new DatabaseSync(path);
    expect(outboxFor([channel]).counts().pending).toBe(1);
  });

  test('a channel that breaks its contract and never ends is given up by the outbox', async () => {
    const outbox = outboxFor([scripted(() => never)], { timeout_ms: 1 });
    outbox.insert(firing);
    await outbox.deliverDue(clock_ms);
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({
      state: 'pending',
      last_error: expect.stringContaining('1 ms'),
    });
  });

  test('a database that cannot be read is logged, and the lane goes on', async () => {
    const logged = Promise.withResolvers<void>();
    log.error.mockImplementation(() => logged.resolve());
    const channel = scripted(() => ok);
    const outbox = outboxFor([channel]);
    outbox.start();
    outbox.insert(firing);
    database.exec('ALTER TABLE alert_outbox RENAME TO elsewhere');
    outbox.wake();
    await logged.promise;
    database.exec('ALTER TABLE elsewhere RENAME TO alert_outbox');
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
    const outbox = outboxFor([webhook({ url: receiver.url }, local_http)]);
    outbox.insert(firing);
    for (const later_ms of [0, 5_000, 400_000]) await outbox.deliverDue(clock_ms + later_ms);
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
    outboxFor([scripted(() => never)]).insert(firing);
    void outboxFor([scripted(() => never)]).deliverDue(clock_ms);
    reopen();
    const slow = outboxFor([scripted(() => promise)]).deliverDue(clock_ms + 60_000);
    const outbox = outboxFor([scripted(() => ok)]);
    await outbox.deliverDue(clock_ms + 120_000);
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
    const outbox = outboxFor([scripted(() => ok)], { rows_max: 1 });
    outbox.insert(about('old', firing));
    await outbox.deliverDue(clock_ms);
    outbox.insert(about('new', firing));
    await outbox.deliverDue(clock_ms);
    expect(database.prepare('SELECT delivery FROM alert_attempts').all()).toEqual([{ delivery: 2 }]);
    const table = openAttemptTable(database, 3);
    for (let attempt = 2; attempt <= 6; attempt++) table.begin(2, attempt, clock_ms);
    expect(table.list(2).map(({ attempt }) => attempt)).toEqual([4, 5, 6]);
  });

  test('does not take what is no status for one', async () => {
    const outbox = outboxFor([scripted(() => ({ result: 'ok', status: 'fine' as unknown as number }))]);
    outbox.insert(firing);
    await outbox.deliverDue(clock_ms);
    expect(outbox.attempts(tenant, 1)).toMatchObject([{ result: 'ok', status: null }]);
  });
});

test('a dead notification is sent again with the same id when it is replayed, by its tenant alone', async () => {
  const outcomes: Outcome[] = [{ result: 'failed', reason: 'HTTP 404' }, { result: 'ok' }];
  const ids: string[] = [];
  const channel = scripted((notification) => {
    ids.push(notification.id);
    return outcomes.shift() as Outcome;
  });
  const outbox = outboxFor([channel]);
  outbox.insert(firing);
  await outbox.deliverDue(clock_ms);
  const { tenant } = firing.alert;
  const [dead] = outbox.log({ tenant, state: 'dead', limit: 10 });
  expect(dead).toMatchObject({ attempts: 1, last_error: 'HTTP 404', attempted: expect.any(String) });
  expect(() => outbox.replay('other', dead!.sequence)).toThrow(
    expect.objectContaining({ code: 'not_found' }),
  );
  expect(outbox.replay(tenant, dead!.sequence)).toMatchObject({ state: 'pending', attempts: 0 });
  await outbox.deliverDue(clock_ms);
  expect(ids).toEqual([firing.id, firing.id]);
  expect(outbox.log({ tenant, limit: 10 })).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  expect(() => outbox.replay(tenant, dead!.sequence)).toThrow(expect.objectContaining({ code: 'not_found' }));
});
