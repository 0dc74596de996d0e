import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import { local_http } from '../../support/local-http.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { now_ms, useAlerts } from './engine-harness.ts';
import { contextOf, drifted, stable, too_little } from './verdicts.ts';

const under = useAlerts();

test('crashes and windows handed again page nobody twice and lose no page', async () => {
  const step = fc.record({
    verdict: fc.constantFrom(drifted, stable, too_little),
    again: fc.nat({ max: 2 }),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      under.sent = [];
      const memory = new DatabaseSync(':memory:');
      let alerts = under.alertsWith({ control: memory });
      for (const [index, { verdict, again, restart }] of steps.entries()) {
        for (let time = 0; time <= again; time++) await alerts.onVerdict(verdict, contextOf(index + 1));
        if (restart) alerts = under.alertsWith({ control: memory });
        else await alerts.deliverDue(now_ms);
      }
      await alerts.deliverDue(now_ms);
      const changes = steps
        .map(({ verdict }) => verdict)
        .filter((verdict) => verdict !== too_little)
        .map((verdict) => verdict.drifted)
        .filter((state, index, states) => state !== (states[index - 1] ?? false));
      expect(under.sent.map(({ type }) => type)).toEqual(
        changes.map((state) => (state ? 'alert.firing' : 'alert.resolved')),
      );
      expect(new Set(under.sent.map(({ id }) => id)).size).toBe(under.sent.length);
      memory.close();
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('state, outbox and row change together or not at all', async () => {
  const alerts = under.alertsWith();
  for (const table of ['alert_states', 'alert_records', 'alert_outbox', 'alert_unwritten']) {
    under.control.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END`,
    );
    await expect(alerts.onVerdict(drifted, contextOf(1))).rejects.toThrow('disk is full');
    under.control.exec('DROP TRIGGER broken');
    expect(alerts.list({ tenant: 'acme', limit: 10 })).toEqual([]);
    expect(alerts.counts()).toMatchObject({ outbox: { pending: 0 }, unwritten: { waiting: 0 } });
  }
  await alerts.onVerdict(drifted, contextOf(1));
  expect(alerts.counts().outbox.pending).toBe(1);
  expect(under.rows).toHaveLength(1);
});

test('rows the store refused are written later, also after a restart, in their order', async () => {
  const away = { ...under.store, insert: () => Promise.reject(new Error('The store is away.')) };
  const before = under.alertsWith({ store: away });
  await before.onVerdict(drifted, contextOf(1));
  await before.onVerdict(stable, contextOf(2));
  expect(before.counts().unwritten).toEqual({ waiting: 2, dropped: 0 });
  expect(under.log.warn).toHaveBeenCalledTimes(2);
  under.reopen();
  const after = under.alertsWith();
  after.start();
  await after.stop();
  expect(under.rows.map((row) => row.state)).toEqual(['firing', 'resolved']);
  expect(after.counts().unwritten.waiting).toBe(0);
});

test('killed while a page is on its way: the page comes again with the same id, and no other', async () => {
  const receiver = await startReceiver();
  receiver.behave('hang', { status: 204 });
  const script = fileURLToPath(new URL('dying-process.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, under.path, receiver.url], {
    stdio: 'inherit',
  });
  await receiver.received(1);
  child.kill('SIGKILL');
  await once(child, 'exit');

  under.reopen();
  const alerts = under.alertsWith({ channels: [webhook({ url: receiver.url }, local_http)] });
  await alerts.onVerdict(drifted, contextOf(1));
  await alerts.onVerdict(drifted, contextOf(2));
  await alerts.deliverDue(Date.now() + 60_000);
  const [first, second, ...others] = receiver.requests.map((request) => request.headers['webhook-id']);
  expect(second).toBe(first);
  expect(others).toEqual([]);
  expect(alerts.list({ tenant: 'acme', limit: 10 })[0]?.notifications).toMatchObject([
    { state: 'delivered', attempts: 2 },
  ]);
  // The child committed the change, but its store was away: the row comes from here.
  const flushing = under.alertsWith({ channels: [] });
  flushing.start();
  await flushing.stop();
  expect(under.rows).toHaveLength(1);
  await receiver.close();
});

// Two windows in a row fire, one well resolves. After the death the whole story is told again, to its end.
test.each([
  ['ok', 'stable', ['firing', 'resolved']],
  ['pending', 'stable,drifted', ['firing', 'resolved']],
  ['firing', 'stable,drifted,drifted', ['firing', 'resolved']],
  ['resolved', 'stable,drifted,drifted,stable', ['firing', 'resolved']],
])('killed while it is %s: each page comes once, by its id', async (_state, verdicts, expected) => {
  const receiver = await startReceiver();
  const script = fileURLToPath(new URL('dying-process.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, under.path, receiver.url, verdicts], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');

  under.reopen();
  const options = { for_windows: 2, keep_windows: 1 };
  const alerts = under.alertsWith({ channels: [webhook({ url: receiver.url }, local_http)], options });
  for (const [index, verdict] of [stable, drifted, drifted, stable].entries())
    await alerts.onVerdict(verdict, contextOf(index + 1));
  await alerts.deliverDue(Date.now() + 600_000);
  await alerts.deliverDue(Date.now() + 600_000);
  const ids = new Set(receiver.requests.map(({ headers }) => String(headers['webhook-id'])));
  expect([...ids].map((id) => id.replace(/^[0-9a-f]+_/, ''))).toEqual(expected);
  await receiver.close();
});
