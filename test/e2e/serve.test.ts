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
  const { status, stderr } = spawnSync(process.execPath, [...options, program, 'serve', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, ...environment },
  });
  expect(stderr).not.toContain('    at ');
  return { status, stderr };
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
  [{ SEXTANT_DIALECTS: './nowhere.mjs' }, 'The module ./nowhere.mjs could not be loaded'],
  [{ SEXTANT_CHANNEL: 'pigeon' }, 'There is no channel "pigeon"'],
])('ends when an option cannot be followed: %j', (environment, message) => {
  const { status, stderr } = serve(['--port', '0', '--data', temporaryFolder()], environment);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});

it('ends in order when it is asked to, and leaves nobody behind', async () => {
  const data = temporaryFolder();
  const collector = await startCollector({ data });
  expect(await collector.stop()).toBe(0);
  expect(existsSync(join(data, 'store.sock'))).toBe(false);
  await expect(fetch(`${collector.url}/healthz`)).rejects.toThrow();
});
