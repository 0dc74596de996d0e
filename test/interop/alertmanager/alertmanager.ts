import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const program = 'prometheus-alertmanager';
const START_LIMIT_MS = 20_000;

export interface Alertmanager {
  readonly url: string;
  /** The alerts it holds, as its API shows them. */
  alerts(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Starts the Alertmanager of Debian; it sends what it hears to the webhook, at once and by the name of the alert. */
export async function startAlertmanager(webhook_url: string): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-alertmanager-'));
  const config = join(folder, 'config.yml');
  await writeFile(config, configuration(webhook_url));
  const child = spawn(program, [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
  ]);
  const url = await listening(child);
  return {
    url,
    async alerts() {
      const answer = await fetch(`${url}/api/v2/alerts`);
      return (await answer.json()) as Record<string, unknown>[];
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

// JSON is YAML.
function configuration(url: string): string {
  return JSON.stringify({
    route: {
      receiver: 'sextant',
      group_by: ['alertname'],
      ...{ group_wait: '100ms', group_interval: '500ms', repeat_interval: '1h' },
    },
    receivers: [{ name: 'sextant', webhook_configs: [{ url, send_resolved: true }] }],
  });
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (how: string) => reject(new Error(`${program} ${how}.\n${said}`));
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      fail('did not listen in time');
    }, START_LIMIT_MS);
    child.on('error', (error) => fail(`cannot be run: ${error.message}`));
    child.on('close', (code) => fail(`ended with ${code}`));
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
      const address = /msg="Listening on" address=(\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(limit);
      resolve(`http://${address}`);
    });
  });
}
