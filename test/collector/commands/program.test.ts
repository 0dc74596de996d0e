import { describe, expect, it } from 'vitest';
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
