import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DemoError } from './demo-error.ts';

export interface Collector {
  /** Address of the collector and its page, once both processes work; rejects with a DemoError otherwise. */
  readonly ready: Promise<string>;
  /** Stops it in order, and ends it where that takes too long. */
  close(): Promise<void>;
}

export interface CollectorOptions {
  /** Data folder. */
  readonly data: string;
  /** As SEXTANT_PORT takes it. */
  readonly port: string;
  readonly webhook_url: string;
  readonly webhook_secret: string;
  /** Called when it ends without being asked to, after it was ready. */
  onFailure(error: Error): void;
}

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
const ready_limit_ms = 60_000;
const stop_limit_ms = 15_000;

/** Starts the collector as `npm start` does, with a watch for drift that needs fewer messages. */
export function startCollector(options: CollectorOptions): Collector {
  const child = spawn(process.execPath, [...process.execArgv, program, 'serve'], {
    // A group of its own: Ctrl-C reaches the demo alone, which then stops the collector once and in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(options),
  });
  // However the demo ends, nothing of it stays behind.
  process.once('exit', () => killGroup(child));
  const fail = () => options.onFailure(new DemoError('The collector ended; its last words are above.'));

  async function ready(): Promise<string> {
    const url = await listening(child, options);
    await storeReady(url);
    child.once('exit', fail);
    return url;
  }

  return {
    ready: ready(),
    async close() {
      child.off('exit', fail);
      if (hasEnded(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      const limit = setTimeout(() => killGroup(child), stop_limit_ms);
      await exit;
      clearTimeout(limit);
    },
  };
}

/** Everything but what the user has set for another collector. */
function environmentOf({ data, port, webhook_url, webhook_secret }: CollectorOptions) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SEXTANT_'));
  return {
    ...Object.fromEntries(inherited),
    SEXTANT_DATA: data,
    SEXTANT_PORT: port,
    SEXTANT_WEBHOOK_URL: webhook_url,
    SEXTANT_WEBHOOK_SECRET: webhook_secret,
    // What is asked drifts here; how long the stub takes depends on the machine.
    SEXTANT_DRIFT_FEATURES: 'embedding.*',
    SEXTANT_DRIFT_FIT: '300',
    SEXTANT_DRIFT_REFERENCE: '700',
    SEXTANT_DRIFT_WINDOW: '120',
    SEXTANT_DRIFT_INTERVAL_MS: '1000',
  };
}

/** Resolves with the address it listens on; from then on what it has to say is passed on. */
function listening(child: ChildProcess, { port }: CollectorOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let [printed, said] = ['', ''];
    const hear = (chunk: Buffer) => {
      said += chunk;
    };
    child.stderr?.on('data', hear);
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      const url = /listens on (\S+)/.exec(printed)?.[1];
      if (url === undefined) return;
      child.stderr?.off('data', hear).pipe(process.stderr);
      resolve(url);
    });
    child.once('close', () => reject(whyNotStarted(said, port)));
  });
}

function whyNotStarted(said: string, port: string): DemoError {
  if (!said.includes('EADDRINUSE')) return new DemoError(`The collector did not start: ${said}`);
  return new DemoError(
    `Port ${port} is taken, perhaps by a running collector. Name another, or 0 for a free one: SEXTANT_PORT=0 npm run demo`,
  );
}

async function storeReady(url: string): Promise<void> {
  const deadline = Date.now() + ready_limit_ms;
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (Date.now() > deadline) throw new DemoError('The store of the collector did not start in a minute.');
    await sleep(100);
  }
}

/** The collector and its store process. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL');
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
