import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createAccess } from '../../../collector/src/access/access.ts';
import type { CommandContext } from '../../../collector/src/commands/command.ts';
import { parseDuration } from '../../../collector/src/duration.ts';
import { runProgram } from '../../../collector/src/program.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { recordingLog } from '../../support/log.ts';

async function run(command: string, environment: Record<string, string> = {}) {
  const said = { out: '', error: '' };
  const context: CommandContext = {
    environment,
    out: (text) => {
      said.out += text;
    },
    error: (text) => {
      said.error += text;
    },
    is_terminal: false,
    signal: new AbortController().signal,
    program: 'unused',
  };
  return { code: await runProgram(command.split(' '), context, null), ...said };
}

async function made(data: string, flags = '--scope ingest') {
  const { out, error, code } = await run(`keys create --name test ${flags} --data ${data}`);
  expect(code, error).toBe(0);
  return { text: out.trim(), id: out.slice(3, 15) };
}

function valid(data: string, text: string): boolean {
  const settings = { key: null, host: '127.0.0.1', insecure: false, now: Date.now, log: recordingLog() };
  const access = createAccess({ data, ...settings });
  const credential = access.authenticate(`Bearer ${text}`, '127.0.0.1');
  access.close();
  return credential !== null;
}

it('keys create prints nothing but the key, which lets in', async () => {
  const data = temporaryFolder();
  const { code, out, error } = await run(
    `keys create --name test --scope ingest --scope read --data ${data}`,
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^sx_[0-9a-f]{12}_[0-9a-f]{40}\n$/);
  expect(error).toMatch(
    /tenant default with the scopes ingest, read, valid without an end.*cannot be shown again/,
  );
  expect(valid(data, out.trim())).toBe(true);
});

it('says of the first key alone that it closes the door', async () => {
  const data = temporaryFolder();
  const create = async () => (await run(`keys create --name test --scope ingest --data ${data}`)).error;
  expect(await create()).toContain('from now on every request needs a key');
  expect(await create()).not.toContain('from now on');
});

it('keys create makes the data folder of the environment', async () => {
  const data = join(temporaryFolder(), 'new');
  expect((await run('keys create --name test --scope read', { SEXTANT_DATA: data })).code).toBe(0);
  expect(existsSync(join(data, 'keys.sqlite'))).toBe(true);
});

it('keys list shows what there is, and no secret', async () => {
  const data = temporaryFolder();
  const first = await made(data, '--scope ingest --tenant acme --expires 90d');
  const second = await made(data);
  await run(`keys revoke ${second.id} --data ${data}`);
  const { out } = await run(`keys list --data ${data} --json`);
  expect(JSON.parse(out)).toMatchObject([
    { id: first.id, name: 'test', tenant: 'acme', scopes: 'ingest', state: 'valid', last_used: null },
    { id: second.id, tenant: 'default', state: 'revoked', expires: null },
  ]);
  const plain = (await run(`keys list --data ${data}`)).out;
  expect(plain.split('\n')[0]).toBe('id\tname\ttenant\tscopes\tstate\tcreated\texpires\tlast_used');
  for (const { text } of [first, second]) expect(out + plain).not.toContain(text.slice(-40));
});

it('keys revoke ends a key, keys rotate makes the next', async () => {
  const data = temporaryFolder();
  const old = await made(data);
  const rotated = await run(`keys rotate ${old.id} --overlap 1h --data ${data}`);
  const next = rotated.out.trim();
  expect(rotated.error).toContain(`key ${old.id} ends in 1h`);
  expect([valid(data, old.text), valid(data, next)]).toEqual([true, true]);
  expect((await run(`keys revoke ${old.id} --data ${data}`)).code).toBe(0);
  expect([valid(data, old.text), valid(data, next)]).toEqual([false, true]);
  const now = await run(`keys rotate ${next.slice(3, 15)} --overlap 0s --data ${data}`);
  expect([valid(data, next), valid(data, now.out.trim())]).toEqual([false, true]);
});

it.each([
  ['keys create --scope ingest', 'required option'],
  ['keys create --name x', 'required option'],
  ['keys create --name x --scope everything', 'Scopes are ingest, read, admin'],
  ['keys create --name x --scope read --tenant A/b --data DATA', 'A tenant is named'],
  ['keys create --name x --scope read --expires soon --data DATA', 'no length of time'],
  ['keys revoke 0123456789ab --data DATA', 'There is no key 0123456789ab'],
  ['keys rotate 0123456789ab --data DATA', 'There is no key'],
  ['keys list --data /nowhere/at/all', 'has no keys.sqlite'],
  ['audit verify --data /nowhere/at/all', 'has no keys.sqlite'],
  ['keys revoke', 'missing required argument'],
])('%s is a wrong use', async (command, message) => {
  const data = temporaryFolder();
  await made(data);
  const { code, out, error } = await run(command.replace('DATA', data));
  expect(code).toBe(64);
  expect(out).toBe('');
  expect(error).toContain(message);
});

it('audit verify prints the head of the chain, and finds what was changed', async () => {
  const data = temporaryFolder();
  await made(data);
  const { id } = await made(data);
  const head = (await run(`audit verify --data ${data}`)).out.trim();
  expect(head).toMatch(/^[0-9a-f]{64}$/);
  await run(`keys revoke ${id} --data ${data}`);
  const later = await run(`audit verify --data ${data} --expect ${head}`);
  expect(later).toMatchObject({ code: 0, error: expect.stringContaining('3 records') });

  const file = new DatabaseSync(join(data, 'keys.sqlite'));
  file.exec('DELETE FROM audit WHERE sequence = 3');
  expect((await run(`audit verify --data ${data} --expect ${later.out.trim()}`)).code).toBe(2);
  file.exec("UPDATE audit SET actor = 'somebody else' WHERE sequence = 1");
  file.close();
  const broken = await run(`audit verify --data ${data}`);
  expect(broken).toMatchObject({ code: 2, out: '', error: expect.stringContaining('Record 1 is broken') });
});

it('audit list prints a line for each act', async () => {
  const data = temporaryFolder();
  const { id } = await made(data, '--scope ingest --tenant acme');
  await run(`keys revoke ${id} --data ${data}`);
  const lines = (await run(`audit list --data ${data}`)).out.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      sequence: 1,
      action: 'key.create',
      target: id,
      tenant: 'acme',
      actor: 'command',
      details: { name: 'test' },
    },
    { sequence: 2, action: 'key.revoke', target: id },
  ]);
});

it('reads lengths of time', () => {
  expect(['30s', '5m', '24h', '90d', '2w'].map(parseDuration)).toEqual([
    30_000, 300_000, 86_400_000, 7_776_000_000, 1_209_600_000,
  ]);
  for (const text of ['', '1', 'h', '-1h', '1.5h', '1y', '1 h'])
    expect(() => parseDuration(text)).toThrow(text);
});
