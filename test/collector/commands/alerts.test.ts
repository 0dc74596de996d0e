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
  - {name: chat, kind: api}
rules:
  - {name: quiet, kind: absence, window: 5m, filters: {service: nobody}, labels: {team: shop}}
routes:
  - {match: [team=shop], channels: [hook]}
  - {name: api route, channels: [chat]}
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
});
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
    const configured = { source: 'configuration', kind: null, settings: null, public_keys: [] };
    expect(await json('channels')).toEqual([
      { name: 'hook', ...configured, routes: ['route 1'] },
      { name: 'broken', ...configured, routes: [] },
    ]);
    expect((await run('channels')).out).toMatch(
      /^name\tsource\tkind\troutes\tpublic_keys\nhook\tconfiguration\t/,
    );
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

  it('makes, changes, tests and removes channels by the API, and shows no secret', async () => {
    const at = `${collector.url}/api/alert-channels/chat`;
    const put = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(at, { method: 'PUT', headers, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const made = await put({ kind: 'webhook', settings: { url: `${receiver.url}/chat`, secrets: [secret] } });
    expect(made).toEqual({
      status: 200,
      body: {
        ...{ name: 'chat', source: 'api', kind: 'webhook', public_keys: [], routes: ['api route'] },
        settings: { url: new URL(receiver.url).host, secrets: 'set' },
      },
    });
    receiver.behave({ status: 204 });
    const signatureOfTest = async () => {
      expect((await run('test', 'chat')).code).toBe(0);
      return receiver.requests.findLast(({ path }) => path.includes('/chat'))?.headers['webhook-signature'];
    };
    expect(await signatureOfTest()).toMatch(/^v1,/);
    await put({ kind: 'webhook', settings: { url: `${receiver.url}/chat` } });
    expect(await signatureOfTest()).toMatch(/^v1,/);
    await put({ kind: 'webhook', settings: { url: `${receiver.url}/chat-elsewhere` } });
    expect(await signatureOfTest()).toBeUndefined();

    const blocked = { kind: 'webhook', settings: { url: 'http://169.254.169.254/' } };
    expect(await put(blocked)).toMatchObject({ body: { code: 'destination_blocked' } });
    expect((await put({ kind: './evil.js', settings: {} })).status).toBe(400);
    expect(await json('channels')).toContainEqual(
      expect.objectContaining({ name: 'chat', source: 'api', settings: { url: new URL(receiver.url).host } }),
    );
    expect((await fetch(at.replace(/chat$/, 'hook'), { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(at, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(at, { method: 'DELETE' })).status).toBe(404);
    const audit = await fetch(`${collector.url}/api/sql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql: "SELECT * FROM audit WHERE action LIKE 'alert_channel.%'" }),
    });
    expect(await audit.text()).not.toContain(secret);
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
      error: expect.stringContaining('1 rules, 3 channels, 2 routes'),
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
      const channels = ['alert_channel.put', 'alert_channel.remove'];
      const wanted = ['alert.acknowledge', 'alert.test', 'alert_rule.put', 'alert_rule.remove', ...channels];
      return [...wanted, 'silence.create', 'silence.expire'].every((action) =>
        rows.some((row) => row.action === action),
      );
    });
  });
});
