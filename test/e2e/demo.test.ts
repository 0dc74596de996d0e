import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/spawn-collector.ts';

const program = fileURLToPath(new URL('../../examples/demo/demo.ts', import.meta.url));

describe('npm run demo', () => {
  it('fills the collector until an alert fires, prints where to look, and ends at Ctrl-C without a trace', async () => {
    const demo = startDemo({ SEXTANT_PORT: '0' });
    await eventually(async () => demo.said().includes('Ctrl-C ends the demo.'), demo.said, 150_000);
    expect(demo.said()).toMatch(
      /signature is good:\n\n {2}embedding\.\S.* drifted since .*p [<=] 0\.000\d+\./,
    );

    const url = linkIn(demo.said(), 'Collector and page');
    const { alerts } = await json(`${url}/api/alerts?state=firing`);
    const alert = alerts.find(({ alert_id }) =>
      linkIn(demo.said(), 'the alert').endsWith(`alert=${alert_id}`),
    );
    expect(alert).toMatchObject({
      state: 'firing',
      slice_key: 'all',
      notifications: [{ channel: 'webhook', type: 'alert.firing', state: 'delivered' }],
    });

    const example = linkIn(demo.said(), 'an example trace').split('/').at(-1);
    const { spans } = await json(`${url}/api/traces/${example}`);
    expect(spans.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['invoke_agent', 'retrieval', 'embeddings', 'chat']),
    );
    for (const version of ['1', '2']) {
      const { traces } = await json(`${url}/api/traces?from=-6h&prompt_version=${version}`);
      expect(traces.length, `traces with version ${version} of the prompt`).toBeGreaterThan(10);
      expect(new Set(traces.map(({ prompt_version }) => prompt_version))).toEqual(new Set([version]));
    }
    const { verdicts } = await json(`${url}/api/drift/verdicts?feature=${alert?.['feature']}&slice_key=all`);
    // What happened before the smart lock was launched, the new prompt included, is no drift.
    const told = (alert?.['verdict'] ?? {}) as Record<string, unknown>;
    const by_the_same = verdicts.filter(({ detector }) => detector === told['detector']);
    const drifted = by_the_same.map((verdict) => verdict['drifted']);
    expect(drifted.indexOf(true)).toBeGreaterThanOrEqual(3);
    expect(drifted.slice(drifted.indexOf(true))).not.toContain(false);

    expect(readdirSync(demo.temporary)).toHaveLength(1);
    const children = descendantsOf(demo.pid);
    expect(children).toHaveLength(2);
    expect(await demo.stop('SIGINT')).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
    expect(readdirSync(demo.temporary)).toEqual([]);
  });

  it.each(['A support agent', 'Users ask about'])(
    'ends at Ctrl-C as soon as it has said "%s"',
    async (words) => {
      const demo = startDemo({ SEXTANT_PORT: '0' });
      await eventually(async () => demo.said().includes(words), demo.said, 60_000);
      await eventually(async () => descendantsOf(demo.pid).length > 0, demo.said);
      const children = descendantsOf(demo.pid);
      expect(await demo.stop('SIGINT')).toBe(0);
      expect(children.filter(isRunning)).toEqual([]);
      expect(readdirSync(demo.temporary)).toEqual([]);
    },
    90_000,
  );

  it('says in a sentence that the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const demo = startDemo({ SEXTANT_PORT: String(port) });
    expect(await demo.ended).toBe(1);
    expect(demo.said()).toContain(`Port ${port} of 127.0.0.1 is taken`);
    expect(demo.said()).not.toMatch(/^ +at /m);
  });

  it('leaves a folder alone that has something in it', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'precious'), 'mine');
    const demo = startDemo({ SEXTANT_PORT: '0', SEXTANT_DATA: data });
    expect(await demo.ended).toBe(1);
    expect(demo.said()).toContain(`${data} is not empty.`);
    expect(readdirSync(data)).toEqual(['precious']);
  });
});

interface RunningDemo {
  readonly pid: number;
  /** Where its temporary files go. */
  readonly temporary: string;
  /** Everything it printed. */
  said(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** The demo as `npm run demo` starts it; it and what it started are killed when the test is over. */
function startDemo(environment: Readonly<Record<string, string>>): RunningDemo {
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  const temporary = temporaryFolder();
  const child: ChildProcess = spawn(process.execPath, [...options, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, ...environment },
  });
  const pid = child.pid as number;
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(() => {
    for (const id of [...descendantsOf(pid), pid].filter(isRunning)) process.kill(id, 'SIGKILL');
  });
  return {
    pid,
    temporary,
    said: () => said,
    ended,
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** The address behind a name in what the demo printed. */
function linkIn(said: string, name: string): string {
  const line = said.split('\n').find((text) => text.trim().startsWith(name));
  const link = line?.trim().slice(name.length).trim().split(' ')[0];
  if (!link) throw new Error(`The demo printed no "${name}": ${said}`);
  return link;
}

type Rows = Readonly<Record<'alerts' | 'spans' | 'traces' | 'verdicts', readonly Record<string, unknown>[]>>;

async function json(url: string): Promise<Rows> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Rows;
}

/** Processes started by a process, and those they started. */
function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statusOf(candidate)?.parent === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function isRunning(pid: number): boolean {
  const status = statusOf(pid);
  return status !== null && status.state !== 'Z';
}

/** See proc_pid_stat(5): state and parent follow the name, which stands in brackets. Null when there is none. */
function statusOf(pid: number): { state: string; parent: number } | null {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?!.*\) )/s);
    const [state = '', parent] = fields.split(' ');
    return { state, parent: Number(parent) };
  } catch (error) {
    // ENOENT before it is opened, ESRCH after: the process has ended meanwhile.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
