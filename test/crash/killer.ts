import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type LaunchedCollector, launchCollector } from '../support/spawn-collector.ts';
import { rows_max } from './compare.ts';
import { endsWithin, storeProcessOf } from './processes.ts';

export interface KillerOptions {
  readonly data: string;
  readonly port: number;
  readonly random: () => number;
}

const environment = {
  SEXTANT_DRIFT: 'false',
  // Small, so that segments are closed and removed all the time.
  SEXTANT_SEGMENT_BYTES: '65536',
  SEXTANT_JOURNAL_KEEP_BYTES: '262144',
  SEXTANT_SQL_ROWS_MAX: String(rows_max),
  SEXTANT_SQL_TIMEOUT_MS: '60000',
};

/** However busy the machine is: what takes longer counts as never. */
const limit_ms = 60_000;

/** Starts a collector whenever there is none, and kills its processes: one of them, or both at once. */
export class Killer {
  readonly violations: string[] = [];
  /** Times from a start until the collector was ready. */
  readonly ready_ms: number[] = [];
  starts = 0;
  readonly #options: KillerOptions;
  #collector: LaunchedCollector | null = null;
  /** When the collector was started that has not been ready yet. */
  #launched_ms: number | null = null;
  readonly #orphans: Promise<void>[] = [];

  constructor(options: KillerOptions) {
    this.#options = options;
  }

  /** Waits for a random moment, of starting, work or stopping, and kills. */
  async kill(): Promise<void> {
    const collector = this.#running();
    const moment = this.#pick(['starting', 'working', 'working', 'stopping'] as const);
    if (moment === 'starting') await sleep(this.#options.random() * Math.max(500, this.ready_ms.at(-1) ?? 0));
    else {
      await this.ready();
      await sleep(this.#options.random() * 300);
    }
    const ended = once(collector.child, 'exit');
    if (moment === 'stopping') {
      this.#collector = null;
      send(collector.pid, 'SIGINT');
      await sleep(this.#options.random() * 200);
    }
    const victim = this.#pick(['ingest', 'ingest', 'store', 'both'] as const);
    const store_pid = storeProcessOf(collector.pid);
    if (victim === 'store' && store_pid !== null) {
      send(store_pid, 'SIGKILL');
      if (moment === 'stopping') await ended;
      return;
    }
    this.#collector = null;
    send(victim === 'both' ? -collector.pid : collector.pid, 'SIGKILL');
    await ended;
    if (store_pid !== null) this.#orphans.push(this.#expectEnd(store_pid));
  }

  /** Resolves with the address when the collector and its store are ready; starts it when there is none. */
  async ready(): Promise<string> {
    const collector = this.#running();
    const url = `http://127.0.0.1:${this.#options.port}`;
    await eventually(() => this.#isReady(collector, url), collector.said, limit_ms);
    if (this.#launched_ms !== null) this.ready_ms.push(Math.round(performance.now() - this.#launched_ms));
    this.#launched_ms = null;
    return url;
  }

  /** Resolves when everything in the journal is stored. */
  async stored(): Promise<void> {
    const url = await this.ready();
    const isStored = async () => {
      const response = await fetch(`${url}/api/stats`);
      return ((await response.json()) as { journal: { lag_bytes: number | null } }).journal.lag_bytes === 0;
    };
    await eventually(isStored, this.#running().said, limit_ms);
  }

  /** Ends the collector as Ctrl-C does. */
  async stop(): Promise<void> {
    const collector = this.#collector;
    this.#collector = null;
    if (collector) {
      const code = await collector.stop();
      if (code !== 0) this.violations.push(`It stopped with exit code ${code}: ${collector.said()}`);
    }
    await Promise.all(this.#orphans.splice(0));
  }

  async #isReady(collector: LaunchedCollector, url: string): Promise<boolean> {
    if (this.#collector !== collector) throw new Error(`It ended instead: ${collector.said()}`);
    try {
      return (await fetch(`${url}/readyz`)).ok;
    } catch {
      // Nobody listens yet.
      return false;
    }
  }

  #running(): LaunchedCollector {
    if (this.#collector) return this.#collector;
    const { data, port } = this.#options;
    const collector = launchCollector({ data, port, environment });
    this.#collector = collector;
    this.#launched_ms = performance.now();
    this.starts += 1;
    collector.child.on('exit', (code, signal) => {
      // Whoever ends it has forgotten it before.
      if (this.#collector !== collector) return;
      this.#collector = null;
      this.violations.push(`It ended by itself with ${code ?? signal}: ${collector.said()}`);
    });
    return collector;
  }

  /** A store process without its receiving process finishes what is under way and ends. */
  async #expectEnd(pid: number): Promise<void> {
    if (await endsWithin(pid, limit_ms)) return;
    this.violations.push(`Store process ${pid} outlived its receiving process.`);
    send(pid, 'SIGKILL');
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#options.random() * choices.length)] as T;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended just before.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
