import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../collector/src/commands/command.ts';
import { runProgram } from '../../../collector/src/program.ts';
import { eventually } from '../../support/spawn-collector.ts';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.ts';
import { startWholeCollector } from '../access/whole-collector.ts';

let collector: Awaited<ReturnType<typeof startWholeCollector>>;
let receiver: Receiver;
let folder: string;

async function run(...argv: string[]) {
  let [out, error] = ['', ''];
  const context: CommandContext = {
    environment: { SEXTANT_URL: collector.url },
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    is_terminal: false,
    signal: new AbortController().signal,
    program: 'unused',
  };
  return { code: await runProgram(['alerts', ...argv], context, null), out, error };
}

const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).out);

const rules = (url: string) => `
channels:
  - {name: hook, kind: webhook, settings: {url: ${url}, secrets: ['file:secret.txt']}}
  - {name: broken, kind: webhook, settings: {url: ${url}/broken}}
rules:
  - {name: quiet, kind: absence, window: 5m, filters: {service: nobody}, labels: {team: shop}}
routes:
  - {match: [team=shop], channels: [hook]}
heartbeat: {channels: [hook], every: 10s}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-alerts-'));
  receiver = await startReceiver();
  writeFileSync(join(folder, 'secret.txt'), `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
  writeFileSync(join(folder, 'alerts.yaml'), rules(receiver.url));
  collector = await startWholeCollector({
    data: join(folder, 'data'),
    alerts: join(folder, 'alerts.yaml'),
    alert_interval_ms: 500,
    alert_allow: new URL(receiver.url).host,
  });
  await eventually(async () => (await json('list')).length === 1);
}, 60_000);
afterAll(async () => {
  await collector.close();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('sextant alerts', () => {
  it('lists what fires, and exits with 2 where it was asked to', async () => {
    expect(await json('list')).toMatchObject([{ state: 'firing', rule: 'quiet', told: 'told', mute: null }]);
    expect((await run('list', '--fail-on-firing')).code).toBe(2);
    expect((await run('list', '--state', 'resolved')).out).toBe(
      'alert_id\tstate\ttold\tseverity\trule\tsince\tsummary\n',
    );
    expect((await run('list', '--state', 'well')).code).toBe(64);
    expect(await json('states')).toMatchObject([{ rule: 'quiet', phase: 'firing' }]);
  });

  it('shows one alert, with a chart and a runbook', async () => {
    const [{ alert_id, runbook_url }] = await json('list');
    const shown = JSON.parse((await run('show', alert_id)).out);
    expect(shown.notifications).toMatchObject([{ channel: 'hook', type: 'alert.firing' }]);
    expect((await run('show', 'nothing')).code).toBe(1);
    const chart = await fetch(`${collector.url}/api/alerts/${alert_id}/chart.png`);
    expect(chart.headers.get('content-type')).toBe('image/png');
    expect((await chart.bytes()).subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
    const runbook = await fetch(collector.url + new URL(runbook_url).pathname);
    expect(await runbook.text()).toMatch(/^# Nothing comes/);
    expect((await fetch(`${collector.url}/api/runbooks/..%2Fpackage`)).status).toBe(404);
  });

  it('silences, shows silences and ends them', async () => {
    const { out } = await run('silence', 'team=~"sh.*"', '--for', '1h', '--comment', 'moving');
    const id = out.trim();
    expect(await json('list')).toMatchObject([{ told: 'silence', mute: { by: 'silence', id } }]);
    expect(await json('silences')).toMatchObject([{ id, comment: 'moving', createdBy: 'anyone' }]);
    expect((await run('silences')).out).toContain('team=~"sh.*"'.replaceAll('"', '"'));
    expect((await run('unsilence', id)).code).toBe(0);
    expect(await json('list')).toMatchObject([{ told: 'told' }]);
    expect((await run('unsilence', 'nothing')).code).toBe(1);
    expect((await run('silence', 'team=~"(a+)+"', '--for', '1h', '--comment', 'x')).code).toBe(64);
  });

  it('acknowledges', async () => {
    const [{ alert_id }] = await json('list');
    expect((await run('acknowledge', alert_id)).code).toBe(0);
    expect(await json('list')).toMatchObject([{ told: 'acknowledged', acknowledged: { by: 'anyone' } }]);
  });

  it('tests a channel, and fails where the channel does', async () => {
    expect(await json('channels')).toEqual(['hook', 'broken'].map((name) => ({ name, public_keys: [] })));
    expect((await run('channels')).out).toBe('name\tpublic_keys\nhook\t\nbroken\t\n');
    expect(await run('test', 'hook')).toMatchObject({ code: 0, error: 'The channel took it.\n' });
    receiver.behave({ status: 404 });
    expect((await run('test', 'broken')).code).toBe(1);
    expect((await run('test', 'nowhere')).code).toBe(1);
    const channels = await (await fetch(`${collector.url}/api/alert-channels`)).text();
    expect(JSON.parse(channels).channels.map(({ name }: { name: string }) => name)).toEqual([
      'hook',
      'broken',
    ]);
    expect(channels).not.toContain('whsec');
  });

  it('shows rules, and makes and removes those that are not of the file', async () => {
    const at = (name: string) => `${collector.url}/api/alert-rules/${name}`;
    const put = (name: string, rule: object) =>
      fetch(at(name), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rule),
      });
    expect((await put('mine', { kind: 'threshold', measure: 'cost_usd', threshold: 5 })).status).toBe(200);
    expect(await json('rules')).toMatchObject([
      { name: 'quiet', kind: 'absence', source: 'file' },
      { name: 'mine', kind: 'threshold', source: 'api' },
    ]);
    expect((await put('quiet', { kind: 'absence' })).status).toBe(403);
    expect(await (await put('bad', { kind: 'absence', windw: '5m' })).json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('windw is not known'),
    });
    expect((await put('theirs', { kind: 'absence', tenant: 'other' })).status).toBe(400);
    expect((await fetch(at('mine'), { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(at('mine'), { method: 'DELETE' })).status).toBe(404);
  });

  it('checks a file without a collector', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, 'rules:\n  - {name: a, kind: x}\n');
    expect(await run('rules', 'check', bad)).toMatchObject({
      code: 2,
      out: expect.stringContaining(`${bad}:2: rules[0].kind must be one of`),
    });
    expect(await run('rules', 'check', join(folder, 'alerts.yaml'))).toMatchObject({
      code: 0,
      error: expect.stringContaining('1 rules, 2 channels, 1 routes'),
    });
    expect((await run('rules', 'check', join(folder, 'nowhere.yaml'))).code).toBe(64);
  });

  it('sends heartbeats', async () => {
    await eventually(async () => receiver.requests.some(({ body }) => body.includes('alert.heartbeat')));
  });

  it('keeps the old rules and fires where the file is broken, until it is mended', async () => {
    writeFileSync(join(folder, 'alerts.yaml'), 'rules: [');
    await eventually(async () => (await json('list')).length === 2);
    expect(await json('list')).toMatchObject([{ rule: 'sextant.rules_file' }, { rule: 'quiet' }]);
    writeFileSync(join(folder, 'alerts.yaml'), rules(receiver.url));
    await eventually(async () => (await json('list', '--state', 'resolved')).length === 1);
  });

  it('shows deliveries and the dead among them, which can be sent again', async () => {
    expect(await json('deliveries')).toMatchObject([{ channel: 'hook', state: 'delivered', attempts: 1 }]);
    expect(await json('attempts', '1')).toEqual([
      {
        ...{ attempt: 1, time: expect.stringMatching(/Z$/), duration_ms: expect.any(Number) },
        ...{ result: 'ok', status: 204, error: null },
      },
    ]);
    expect((await run('attempts', '99')).code).toBe(1);
    expect((await run('attempts', 'one')).code).toBe(64);
    expect(await json('dead')).toEqual([]);
    expect((await run('replay', '1')).code).toBe(1);
    expect((await run('replay', 'one')).code).toBe(64);
  });

  it('leaves a trace in the audit of everything that was done', async () => {
    const body = JSON.stringify({ sql: 'SELECT DISTINCT action FROM audit ORDER BY action' });
    const headers = { 'content-type': 'application/json' };
    await eventually(async () => {
      const answer = await fetch(`${collector.url}/api/sql`, { method: 'POST', headers, body });
      const { rows } = (await answer.json()) as { rows: { action: string }[] };
      const wanted = ['alert.acknowledge', 'alert.test', 'alert_rule.put', 'alert_rule.remove'];
      return [...wanted, 'silence.create', 'silence.expire'].every((action) =>
        rows.some((row) => row.action === action),
      );
    });
  });
});
