import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { channels, createChannel } from '../../../../collector/src/alerts/channels/index.ts';
import { option_table } from '../../../../collector/src/options.ts';
import { local_http } from '../../../support/local-http.ts';
import { firing } from '../../../support/notifications.ts';
import { startReceiver } from '../../../support/webhook-receiver.ts';

/** What the folder holds besides channels. */
const own_files = ['channel', 'index', 'load'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-channels-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function moduleWith(name: string, source: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, source);
  return path;
}

test('every file of the folder is a channel of the list', () => {
  const files = readdirSync(new URL('../../../../collector/src/alerts/channels/', import.meta.url));
  const names = files.map((file) => file.replace(/\.ts$/, '')).filter((name) => !own_files.includes(name));
  expect(names).not.toHaveLength(0);
  expect(Object.keys(channels).sort()).toEqual(names.sort());
});

test('every channel of the list is described, with the settings it has, and named in the options', async () => {
  const page = readFileSync(new URL('../../../../docs/channels.md', import.meta.url), 'utf8');
  for (const name of Object.keys(channels)) {
    const refusal = await createChannel(name, { nonsense: 1 }, local_http).then(String, String);
    const settings = /it has: (.*)\.$/.exec(refusal)?.[1]?.split(', ') ?? [];
    expect(settings, name).toContain('name');
    const described = settings.filter((setting) => setting !== 'name').map((setting) => `\`${setting}\``);
    expect(page).toContain(`| \`${name}\` | ${described.join(', ')} |`);
    expect(page).toContain(`\n## ${name}\n`);
    expect(option_table.channel.sentence).toMatch(new RegExp(`[ ,]${name},`));
  }
});

test('a channel of the list is made by its name', async () => {
  const channel = await createChannel(
    'webhook',
    { url: 'https://example.org/hook', name: 'pager' },
    local_http,
  );
  expect(channel.name).toBe('pager');
});

test.each(['carrier-pigeon', 'toString', '__proto__', ''])('there is no channel "%s"', async (kind) => {
  await expect(createChannel(kind, {}, local_http)).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('webhook'),
  });
});

test('a module of the user’s own gets its settings and sends', async () => {
  const path = await moduleWith(
    'own.mjs',
    `export default async ({ word }) => ({
       name: 'own',
       send: async (notification) => ({ result: 'failed', reason: word + ' ' + notification.id }),
     });`,
  );
  const channel = await createChannel(path, { word: 'hello' }, local_http);
  expect(channel.name).toBe('own');
  expect(await channel.send(firing, { timeout_ms: 1000 })).toEqual({
    result: 'failed',
    reason: `hello ${firing.id}`,
  });
});

test('a module of the user’s own may send with the client of all others', async () => {
  const receiver = await startReceiver();
  const path = await moduleWith(
    'posts.mjs',
    `export default ({ url }, http) => ({
       name: 'posts',
       send: ({ id }, { timeout_ms }) =>
         http.post({ url: http.readUrl(url), headers: {}, body: id, timeout_ms }),
     });`,
  );
  const channel = await createChannel(path, { url: receiver.url }, local_http);
  expect(await channel.send(firing, { timeout_ms: 5000 })).toMatchObject({ result: 'ok' });
  expect(receiver.requests[0]?.body).toBe(firing.id);
  await receiver.close();
});

test.each([
  ['missing.mjs', null, 'could not be loaded'],
  ['syntax.mjs', 'export default (', 'could not be loaded'],
  ['throws.mjs', 'throw new Error("no network");', 'could not be loaded: no network'],
  ['nothing.mjs', 'export const channel = 1;', 'has no function as its default export'],
  [
    'refuses.mjs',
    'export default () => { throw new Error("url is missing"); };',
    'refused its settings: url is missing',
  ],
  [
    'shapeless.mjs',
    'export default () => ({ name: "x" });',
    'did not make an object with a name and a send function',
  ],
])('%s is refused with its path and what is wrong', async (name, source, problem) => {
  const path = source === null ? join(folder, name) : await moduleWith(name, source);
  await expect(createChannel(path, {}, local_http)).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining(`${path} ${problem}`),
  });
});
