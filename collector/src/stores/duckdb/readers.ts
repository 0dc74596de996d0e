import type { DuckDBConnection } from '@duckdb/node-api';
import { SextantError } from '../../errors.ts';
import type { DayFiles } from './day-files.ts';

export interface ReadOptions {
  readonly timeout_ms: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connections for reading, a few, each used by one query at a time: all share DuckDB's threads, so more would
 * only make each slower. Who comes later waits.
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
      return await work(connection);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new SextantError('timed_out', `The limit is ${options.timeout_ms} ms.`, { cause: error });
    } finally {
      clearInterval(watchdog);
      this.#idle.push(connection);
      this.#queue.shift()?.();
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync();
  }

  async #take(): Promise<DuckDBConnection> {
    while (true) {
      const idle = this.#idle.pop();
      if (idle) return idle;
      if (this.#open < connections_max) {
        this.#open += 1;
        return await this.#files.connect();
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }
}

const connections_max = 3;
const interrupt_every_ms = 20;
