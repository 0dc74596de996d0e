import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

function serve(args: readonly string[], environment: Record<string, string> = {}) {
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, program, 'serve', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, ...environment },
  });
  expect(stderr).not.toContain('    at ');
  return { status, stdout, stderr };
}

it('says that its port is taken, and ends', async () => {
  const collector = await startCollector({ data: temporaryFolder() });
  const second = serve(['--port', String(collector.port), '--data', temporaryFolder()]);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`Port ${collector.port} of 127.0.0.1 is taken`);
});

it('says so when it cannot listen at an address', () => {
  const { status, stderr } = serve(['--port', '99999', '--data', temporaryFolder()]);
  expect(status).toBe(1);
  expect(stderr).toContain('Port 99999 of 127.0.0.1 cannot be listened on');
});

it('says so when the data folder cannot be one', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const { status, stderr } = serve(['--port', '0', '--data', file]);
  expect(status).toBe(1);
  expect(stderr).toContain(`The data folder ${file} cannot be used`);
});

it('refuses a data folder that another collector uses, also after that one was killed', async () => {
  const data = temporaryFolder();
  const collector = await startCollector({ data });
  const second = serve(['--port', '0', '--data', data]);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain('Another collector uses the data folder');
  await collector.kill();
  await startCollector({ data });
});

it.each([
  [{ SEXTANT_STORE: 'nonsense' }, 'There is no store "nonsense"'],
  [{ SEXTANT_STORE: './nowhere.mjs' }, 'The module ./nowhere.mjs could not be loaded'],
  [{ SEXTANT_STORE: 'bigquery' }, 'The BigQuery store needs SEXTANT_BIGQUERY_PROJECT'],
  [{ SEXTANT_DIALECTS: './nowhere.mjs' }, 'The module ./nowhere.mjs could not be loaded'],
  [{ SEXTANT_CHANNEL: 'pigeon' }, 'There is no channel "pigeon"'],
  [{ SEXTANT_CHANNEL: './nowhere.mjs' }, 'The module ./nowhere.mjs could not be loaded'],
])('ends before it listens when an option cannot be followed: %j', (environment, message) => {
  const { status, stdout, stderr } = serve(['--port', '0', '--data', temporaryFolder()], environment);
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr).toContain(message);
});

it('ends when an option turns out later to be none that can be followed', () => {
  const empty = join(temporaryFolder(), 'empty.mjs');
  writeFileSync(empty, '');
  const { status, stderr } = serve(['--port', '0', '--data', temporaryFolder()], { SEXTANT_STORE: empty });
  expect(status).toBe(64);
  expect(stderr).toContain(`${empty} must export a function that opens a store as default`);
});

it('ends in order when it is asked to, and leaves nobody behind', async () => {
  const data = temporaryFolder();
  const collector = await startCollector({ data });
  expect(await collector.stop()).toBe(0);
  expect(existsSync(join(data, 'store.sock'))).toBe(false);
  await expect(fetch(`${collector.url}/healthz`)).rejects.toThrow();
});
