import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../../../collector/package.json' with { type: 'json' };
import type { CommandContext } from '../../../collector/src/commands/command.ts';
import { runProgram } from '../../../collector/src/program.ts';
import { temporaryFolder } from '../../support/folder.ts';

async function run(argv: string[], environment: Record<string, string> = {}) {
  let out = '';
  let error = '';
  const context: CommandContext = {
    environment,
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
  return { code: await runProgram(argv, context, null), out, error };
}

const nobody = ['--url', 'http://127.0.0.1:9'];

describe('sextant', () => {
  it.each([
    [[]],
    [['serve']],
    [['replay']],
    [['sql']],
    [['detect']],
    [['keys', 'create']],
    [['audit', 'verify']],
  ])('%j has help', async (command) => {
    const { code, out } = await run([...command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: sextant');
  });

  it.each([
    [['sqll', 'SELECT 1'], 'Did you mean sql?'],
    [['sql'], "missing required argument 'statement'"],
    [['sql', 'SELECT 1', '--limit', 'ten'], 'whole number'],
    [['detect', '--from', '-1h'], 'required option'],
    [['serve', '--prot', '1'], 'Did you mean --port?'],
    [['store-process'], 'unknown command'],
  ])('%j is a wrong use', async (argv, message) => {
    const { code, out, error } = await run(argv);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(error).toContain(message);
  });

  it('prints its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, error: '' });
  });

  it('says in its help what holds where nothing is said', async () => {
    expect((await run(['serve', '--help'])).out).toMatch(/SEXTANT_PORT,\s+else 4318/);
    expect((await run(['sql', '--help'])).out).toMatch(/SEXTANT_URL,\s+else/);
  });

  it.each([
    ['none', {}, 'Put one into SEXTANT_KEY'],
    ['a wrong one', { SEXTANT_KEY: 'wrong' }, 'The one in SEXTANT_KEY is unknown'],
  ])('says which key is wanted where it has %s', async (_what, environment, advice) => {
    const refusing = createServer((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"code":"unauthenticated","message":"A valid API key is required."}');
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    onTestFinished(() => void refusing.close());
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const { code, error } = await run(['sql', 'SELECT 1', '--url', url], environment);
    expect(code).toBe(1);
    expect(error).toContain(`A valid API key is required. ${advice}`);
  });

  it('says what to do when no collector answers', async () => {
    const { code, error } = await run(['sql', 'SELECT 1', ...nobody]);
    expect(code).toBe(1);
    expect(error).toBe('sextant: No collector answers at http://127.0.0.1:9. Is it running?\n');
  });

  it('fails on a path that is not there', async () => {
    expect(await run(['replay', '/nowhere/at/all', ...nobody])).toMatchObject({ code: 64, out: '' });
  });

  it('refuses an option it does not know, and a value of the wrong kind', async () => {
    const unknown = await run(['serve'], { SEXTANT_PROT: '1' });
    expect(unknown).toMatchObject({
      code: 64,
      error: expect.stringContaining('Unknown option SEXTANT_PROT'),
    });
    const wrong = await run(['serve'], { SEXTANT_PORT: 'many' });
    expect(wrong).toMatchObject({
      code: 64,
      error: expect.stringContaining('SEXTANT_PORT must be a number'),
    });
  });

  it('refuses to listen to others without a key', async () => {
    const { code, error } = await run(['serve', '--host', '0.0.0.0', '--data', temporaryFolder()]);
    expect(code).toBe(1);
    expect(error).toContain('make one with "sextant keys create", set SEXTANT_KEY, or give --insecure');
  });
});
