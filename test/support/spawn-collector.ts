import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
const node_options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];

export interface SpawnOptions {
  readonly data: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** The words of a command it runs under, which leaves it its process id and signals. */
  readonly under?: readonly string[];
}

export interface SpawnedCollector {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything it said on stderr. */
  said(): string;
  /** Both processes in one instant, as a power cut would. */
  kill(): Promise<void>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface LaunchedCollector extends Omit<SpawnedCollector, 'url'> {
  /** Address it listens on; rejects when it ends before it does. */
  readonly url: Promise<string>;
}

/** Starts the collector as users do, and waits until it and its store are ready. */
export async function spawnCollector(options: SpawnOptions): Promise<SpawnedCollector> {
  const launched = launchCollector(options);
  const url = await launched.url;
  try {
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, launched.said);
  } catch (error) {
    await launched.kill();
    throw error;
  }
  return { ...launched, url };
}

/** Starts the collector as users do, and waits for nothing. */
export function launchCollector({
  data,
  port = 0,
  environment,
  under = [],
}: SpawnOptions): LaunchedCollector {
  const node = [process.execPath, ...node_options, program, 'serve', '--port', String(port)];
  const [command, ...words] = [...under, ...node];
  const child = spawn(command as string, words, {
    // A group of its own, so that both processes can be killed at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SEXTANT_DATA: data, ...environment },
  });
  const pid = child.pid as number;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const url = listeningAddress(child, () => said);
  // It may be killed before anybody asks.
  url.catch(() => undefined);
  return {
    url,
    pid,
    child,
    said: () => said,
    async kill() {
      const exit = once(child, 'exit');
      process.kill(-pid, 'SIGKILL');
      await exit;
    },
    async stop() {
      const exit = once(child, 'exit');
      process.kill(pid, 'SIGINT');
      return (await exit)[0] as number | null;
    },
  };
}

function listeningAddress(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      const url = /listens on (\S+)/.exec(printed)?.[1];
      if (url) resolve(url);
    });
    child.on('exit', () => reject(new Error(`The collector ended before it listened: ${said()}`)));
  });
}

/** Waits until the condition holds; fails with what is known otherwise. */
export async function eventually(
  holds: () => Promise<boolean>,
  explain: () => string = () => '',
  limit_ms = 60_000,
): Promise<void> {
  const deadline = Date.now() + limit_ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It did not happen within ${limit_ms} ms. ${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
