import type { DuckDBConnection } from '@duckdb/node-api';
import { SextantError } from '../../errors.ts';
import { confining_views } from './confinement.ts';
import type { DayFiles } from './day-files.ts';

export interface ReadOptions {
  /** Whose rows there are. */
  readonly tenant: string;
  readonly timeout_ms: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connections for reading, a few, each used by one query at a time: all share DuckDB's threads, so more would
 * only make each slower. Who comes later waits.
 *
 * On each of them a temporary view stands before every table and shows the rows of one tenant: that of the
 * variable `tenant`, which is set before each use.
 */
export class Readers {
  readonly #files: DayFiles;
  readonly #idle: DuckDBConnection[] = [];
  readonly #queue: (() => void)[] = [];
  #open = 0;

  constructor(files: DayFiles) {
    this.#files = files;
  }

  /**
   * Lends a connection. The query is interrupted when the time is over or the signal fires.
   * @throws SextantError timed_out
   */
  async use<T>(options: ReadOptions, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    const deadline = AbortSignal.timeout(options.timeout_ms);
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
    // An interrupt before the statement runs has no effect, so it is repeated until the statement ends.
    const watchdog = setInterval(() => signal.aborted && connection.interrupt(), interrupt_every_ms);
    try {
      await connection.run('SET VARIABLE tenant = $tenant', { tenant: options.tenant });
      return await work(connection);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new SextantError('timed_out', `The limit is ${options.timeout_ms} ms.`, { cause: error });
    } finally {
      clearInterval(watchdog);
      this.#giveBack(connection);
    }
  }

  /** Runs the work while no query runs: those under way are waited for, those that come wait. */
  async pause<T>(work: () => Promise<T>): Promise<T> {
    const connections: DuckDBConnection[] = [];
    try {
      while (connections.length < connections_max) connections.push(await this.#take());
      // A result that was not read to its end keeps the files open until the next statement.
      for (const connection of connections) await connection.run('SELECT 1');
      return await work();
    } finally {
      for (const connection of connections) this.#giveBack(connection);
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync();
  }

  #giveBack(connection: DuckDBConnection): void {
    this.#idle.push(connection);
    this.#queue.shift()?.();
  }

  async #take(): Promise<DuckDBConnection> {
    while (true) {
      const idle = this.#idle.pop();
      if (idle) return idle;
      if (this.#open < connections_max) return await this.#connect();
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#open += 1;
    try {
      const connection = await this.#files.connect();
      await connection.run(confining_views);
      return connection;
    } catch (error) {
      this.#open -= 1;
      this.#queue.shift()?.();
      throw error;
    }
  }
}

const connections_max = 3;
const interrupt_every_ms = 20;
