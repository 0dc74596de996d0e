import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

it('says that its port is taken, and ends', async () => {
  const collector = await startCollector({ data: temporaryFolder() });
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  const data = temporaryFolder();
  const second = spawnSync(
    process.execPath,
    [...options, program, 'serve', '--port', String(collector.port), '--data', data],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`Port ${collector.port} of 127.0.0.1 is taken`);
  expect(second.stderr).not.toContain('    at ');
});

it('ends in order when it is asked to, and leaves nobody behind', async () => {
  const data = temporaryFolder();
  const collector = await startCollector({ data });
  expect(await collector.stop()).toBe(0);
  expect(existsSync(join(data, 'store.sock'))).toBe(false);
  await expect(fetch(`${collector.url}/healthz`)).rejects.toThrow();
});
