import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import { standard_schedule_ms } from '../../../collector/src/alerts/retry.ts';
import { firing, resolved } from '../../support/notifications.ts';
import { about, failed, never, ok, retry, scripted, useOutbox } from './outbox-harness.ts';

const under = useOutbox();
const { alert_id } = firing.alert;

describe('the schedule', () => {
  test('is kept to by the clock, with the same id each time, and ends in a dead letter', async () => {
    const channel = scripted(() => retry);
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    for (const pause_ms of standard_schedule_ms) {
      under.clock_ms += pause_ms - 1;
      const before = channel.sent.length;
      if (pause_ms > 0) await outbox.deliverDue(under.clock_ms);
      expect(channel.sent).toHaveLength(before);
      under.clock_ms += 1;
      await outbox.deliverDue(under.clock_ms);
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
    expect(under.log.error).toHaveBeenCalledTimes(1);
  });

  test('shows attempts, error and the next attempt while it waits', async () => {
    const outbox = under.outboxFor([scripted(() => ({ ...retry, retry_after_ms: 90_000 }))]);
    outbox.insert(firing);
    await outbox.deliverDue(under.clock_ms);
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_error: 'HTTP 503',
      next_attempt: '2026-11-21T12:01:30.000Z',
    });
  });

  test('ends at once where no attempt will succeed', async () => {
    const channel = scripted(() => failed);
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    await outbox.deliverDue(under.clock_ms + 1e12);
    expect(channel.sent).toHaveLength(1);
    expect(outbox.counts().dead).toBe(1);
  });

  test('goes on after a channel that throws or gives no outcome', async () => {
    const answers = [() => Promise.reject(new Error('bug')), () => undefined as unknown as Outcome, () => ok];
    const channel = scripted(() => answers.shift()!());
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    await outbox.deliverDue(under.clock_ms);
    expect(outbox.deliveries(alert_id)[0]?.last_error).toContain('bug');
    await outbox.deliverDue(under.clock_ms + 1e6);
    await outbox.deliverDue(under.clock_ms + 1e9);
    expect(outbox.counts().delivered).toBe(1);
  });
});

describe('order', () => {
  test('a resolved waits until its firing is delivered', async () => {
    let answer: Outcome = retry;
    const channel = scripted(() => answer);
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    outbox.insert(resolved);
    await outbox.deliverDue(under.clock_ms);
    expect(channel.sent).toEqual([firing.id]);
    answer = ok;
    await outbox.deliverDue(under.clock_ms + 5_000);
    expect(channel.sent).toEqual([firing.id, firing.id, resolved.id]);
  });

  test('a resolved goes out once its firing is dead', async () => {
    const channel = scripted((notification) => (notification.id === firing.id ? failed : ok));
    const outbox = under.outboxFor([channel]);
    outbox.insert(firing);
    outbox.insert(resolved);
    await outbox.deliverDue(under.clock_ms);
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
        const outbox = under.outboxFor(channels, { database: memory, schedule_ms: Array(50).fill(1000) });
        const alerts = ['a', 'b', 'c', 'd'];
        for (const id of alerts) outbox.insert(about(id, firing));
        for (const id of alerts.toReversed()) outbox.insert(about(id, resolved));
        for (let round = 0; round < 200; round++) await outbox.deliverDue(under.clock_ms + round * 1000);
        expect(settled.size).toBe(16);
        expect(outbox.counts().pending).toBe(0);
        memory.close();
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  test('one alert’s trouble does not hold up another', async () => {
    const channel = scripted(({ alert }) => (alert.alert_id === 'a' ? retry : ok));
    const outbox = under.outboxFor([channel]);
    for (const id of ['a', 'b']) outbox.insert(about(id, firing));
    outbox.insert(about('b', resolved));
    await outbox.deliverDue(under.clock_ms);
    expect(channel.sent).toEqual(['a_firing', 'b_firing', 'b_resolved']);
  });
});

describe('restart', () => {
  test('what was pending goes out after it, with the same id; what was delivered does not', async () => {
    const before = scripted((notification) => (notification.id === firing.id ? ok : retry));
    under.outboxFor([before]).insert(firing);
    const first = under.outboxFor([before]);
    first.insert(resolved);
    await first.deliverDue(under.clock_ms);
    under.reopen();
    const after = scripted(() => ok);
    await under.outboxFor([after]).deliverDue(under.clock_ms + 5_000);
    expect(after.sent).toEqual([resolved.id]);
  });

  test('an attempt cut off by a crash is repeated when its lease ends, not before', async () => {
    const outbox = under.outboxFor([scripted(() => never)], { timeout_ms: 20_000 });
    outbox.insert(firing);
    void outbox.deliverDue(under.clock_ms);
    under.reopen();
    const after = scripted(() => ok);
    const restarted = under.outboxFor([after]);
    await restarted.deliverDue(under.clock_ms + 20_000);
    expect(after.sent).toEqual([]);
    await restarted.deliverDue(under.clock_ms + 60_000);
    expect(after.sent).toEqual([firing.id]);
    expect(restarted.deliveries(alert_id)[0]).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('an answer that comes after its lease does not undo a later attempt', async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const slow = under.outboxFor([scripted(() => promise)]);
    slow.insert(firing);
    const attempt = slow.deliverDue(under.clock_ms);
    const other = under.outboxFor([scripted(() => ok)]);
    await other.deliverDue(under.clock_ms + 60_000);
    resolve(failed);
    await attempt;
    expect(other.counts()).toMatchObject({ delivered: 1, dead: 0 });
  });

  test('two outboxes on one file do not send the same row twice', async () => {
    const channel = scripted(async () => {
      await new Promise(setImmediate);
      return ok;
    });
    const [one, two] = [under.outboxFor([channel]), under.outboxFor([channel])];
    for (let index = 0; index < 20; index++) one.insert(about(`alert ${index}`, firing));
    await Promise.all([one.deliverDue(under.clock_ms), two.deliverDue(under.clock_ms)]);
    expect(channel.sent).toHaveLength(20);
    expect(new Set(channel.sent).size).toBe(20);
  });

  test('what was meant for a channel no longer configured is dead, and said so', async () => {
    under.outboxFor([scripted(() => ok, 'old'), scripted(() => ok, 'new')]).insert(firing);
    under.reopen();
    const outbox = under.outboxFor([scripted(() => retry, 'new')]);
    outbox.start();
    expect(outbox.deliveries(alert_id)[0]).toMatchObject({ channel: 'old', state: 'dead', attempts: 0 });
    expect(under.log.warn).toHaveBeenCalledTimes(1);
    await outbox.stop();
  });
});

describe('limits', () => {
  test('keeps the newest rows, gives up the delivered before the dead before the pending, and counts', async () => {
    const channel = scripted(({ id }) => ({ d: ok, x: failed, p: retry })[id[0] as 'd' | 'x' | 'p']);
    const outbox = under.outboxFor([channel], { rows_max: 6 });
    for (const id of ['p1', 'x1', 'd1', 'p2', 'x2', 'd2']) outbox.insert(about(id, firing));
    await outbox.deliverDue(under.clock_ms);
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
    const outbox = under.outboxFor([scripted(() => ok)]);
    outbox.insert(firing);
    outbox.insert(firing);
    expect(outbox.counts().pending).toBe(1);
  });
});

test('a dead notification is sent again with the same id when it is replayed, by its tenant alone', async () => {
  const outcomes: Outcome[] = [{ result: 'failed', reason: 'HTTP 404' }, { result: 'ok' }];
  const ids: string[] = [];
  const channel = scripted((notification) => {
    ids.push(notification.id);
    return outcomes.shift() as Outcome;
  });
  const outbox = under.outboxFor([channel]);
  outbox.insert(firing);
  await outbox.deliverDue(under.clock_ms);
  const { tenant } = firing.alert;
  const [dead] = outbox.log({ tenant, state: 'dead', limit: 10 });
  expect(dead).toMatchObject({ attempts: 1, last_error: 'HTTP 404', attempted: expect.any(String) });
  expect(() => outbox.replay('other', dead!.sequence)).toThrow(
    expect.objectContaining({ code: 'not_found' }),
  );
  expect(outbox.replay(tenant, dead!.sequence)).toMatchObject({ state: 'pending', attempts: 0 });
  await outbox.deliverDue(under.clock_ms);
  expect(ids).toEqual([firing.id, firing.id]);
  expect(outbox.log({ tenant, limit: 10 })).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  expect(() => outbox.replay(tenant, dead!.sequence)).toThrow(expect.objectContaining({ code: 'not_found' }));
});
