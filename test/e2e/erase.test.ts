import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { sendChats, traceIdOf } from '../support/chat-spans.ts';
import { eventually, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesHolding } from '../support/raw-files.ts';
import { runCommand } from '../support/run-command.ts';

const secret = 'zyzzyva-quokka-secret';
const day_ms = 86_400_000;

describe('sextant erase', () => {
  it('leaves nothing of a user in any file, and everything of others', async () => {
    const data = temporaryFolder();
    // Vectors wait for a fit in the control database meanwhile.
    const environment = { SEXTANT_DRIFT_INTERVAL_MS: '200' };
    const collector = await startCollector({ data, environment });
    const mine = { 'user.id': 'ada-the-user', note: secret };
    for (const number of [10, 20]) {
      const start_ms = Date.now() - (number - 10) * day_ms;
      await sendChats(collector, [
        { number: number + 1, question: `${secret} of ada`, attributes: mine, start_ms },
        { number: number + 2, question: 'kept question', attributes: { 'user.id': 'bob' }, start_ms },
      ]);
    }
    await untilStored(collector);
    const control = new DatabaseSync(join(data, 'control.sqlite'), { readOnly: true });
    const waiting = (feature: string) =>
      control
        .prepare(
          'SELECT value_key FROM watch_fit_values JOIN watch_streams USING (stream_id) WHERE feature = ?',
        )
        .all(feature).length;
    const features = ['embedding.user_message', 'number.duration_ms'];
    await eventually(async () => features.every((feature) => waiting(feature) === 4), collector.said);
    expect(filesHolding(data, secret).length).toBeGreaterThan(1);

    const asked = await runCommand(['erase', '--user', 'ada-the-user', '--url', collector.url]);
    expect(asked).toMatchObject({ code: 64, out: '', said: expect.stringContaining('2 spans') });
    expect(await collector.sql('SELECT count(*) AS n FROM spans')).toEqual([{ n: 4 }]);

    const erased = await runCommand(['erase', '--user', 'ada-the-user', '--yes', '--url', collector.url]);
    expect(erased.said).toBe('');
    const counts = JSON.parse(erased.out);
    expect(counts).toMatchObject({ spans: 2, messages: 2, embeddings: 2 });
    expect(counts['values of the watch']).toBeGreaterThanOrEqual(4);
    expect(features.map(waiting)).toEqual([2, 2]);
    control.close();
    expect(await collector.sql('SELECT user_id, count(*) AS n FROM spans GROUP BY ALL')).toEqual([
      { user_id: 'bob', n: 2 },
    ]);
    for (const text of [secret, 'ada-the-user']) expect(filesHolding(data, text), text).toEqual([]);
    expect(filesHolding(data, 'kept question')).not.toEqual([]);

    // What arrives afterwards is stored.
    await sendChats(collector, [{ number: 77, attributes: { 'user.id': 'ada-the-user' } }]);
    await untilStored(collector);
    expect(await collector.sql("SELECT name FROM spans WHERE user_id = 'ada-the-user'")).toEqual([
      { name: 'chat 77' },
    ]);
    const audit = await runCommand(['audit', 'list', '--data', data]);
    expect(audit.out).toContain('"erase"');
    expect(audit.out).not.toContain('ada-the-user');
  });

  it('finishes after a crash what was asked before it', async () => {
    const data = temporaryFolder();
    const environment = { SEXTANT_DRIFT: 'false' };
    let collector = await startCollector({ data, environment });
    const { port } = collector;
    const spans = Array.from({ length: 400 }, (_, number) => ({
      number: number + 1,
      question: number % 2 === 0 ? `${secret} ${number}` : `question ${number}`,
      attributes: { 'user.id': number % 2 === 0 ? 'ada' : 'bob' },
      start_ms: Date.now() - (number % 8) * day_ms,
    }));
    await sendChats(collector, spans);
    await untilStored(collector);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ user: 'ada' });
    const answer = await fetch(`${collector.url}/api/erase`, { method: 'POST', headers, body });
    const { erasure_id } = (await answer.json()) as { erasure_id: string };
    expect(answer.status).toBe(202);
    await collector.kill();
    collector = await startCollector({ data, port, environment });
    const state = async () => (await collector.get(`/api/erase/${erasure_id}`))['state'];
    await eventually(async () => (await state()) === 'done', collector.said);
    expect(filesHolding(data, secret)).toEqual([]);
    expect(await collector.sql('SELECT user_id, count(*) AS n FROM spans GROUP BY ALL')).toEqual([
      { user_id: 'bob', n: 200 },
    ]);
    const left = readdirSync(join(data, 'days')).filter(
      (name) => !/^\d{4}-\d{2}-\d{2}\.duckdb(\.wal)?$/.test(name),
    );
    expect(left).toEqual([]);
  });

  it('refuses what is not one thing, and who may not', async () => {
    const data = temporaryFolder();
    const collector = await startCollector({ data, environment: { SEXTANT_DRIFT: 'false' } });
    const { url } = collector;
    await sendChats(collector, [{ number: 1 }]);
    for (const about of [[], ['--user', 'a', '--trace', traceIdOf(1)], ['--trace', 'short']])
      expect((await runCommand(['erase', ...about, '--yes', '--url', url])).code, about.join(' ')).toBe(64);
    const made = await runCommand(['keys', 'create', '--name', 'reader', '--scope', 'read', '--data', data]);
    const key = { SEXTANT_KEY: made.out.trim() };
    const refused = await runCommand(['erase', '--trace', traceIdOf(1), '--yes', '--url', url], key);
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('admin') });
  });
});
