import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { eventually, type SpawnedCollector, spawnCollector } from '../support/spawn-collector.ts';

/** The collector under test: its real processes on addresses that stay the same when it is started again. */
export interface Sextant {
  /** OTLP over HTTP and the API. */
  readonly url: string;
  /** OTLP over gRPC. */
  readonly grpc_url: string;
  sql(statement: string): Promise<Record<string, unknown>[]>;
  stats(): Promise<Stats>;
  /** Waits until everything acknowledged can be asked for. */
  untilStored(): Promise<void>;
  /** Both processes in one instant, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops the store process in its tracks, so that the journal grows, until `resumeStore`. Linux only. */
  freezeStore(): Promise<void>;
  resumeStore(): void;
}

export interface Stats {
  readonly signals: Readonly<Record<string, { readonly accepted: number }>>;
  readonly stored: number;
  readonly duplicated: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly journal: { readonly lag_bytes: number | null };
}

/** Starts Sextant with these options for the time of the work, and leaves nothing behind. */
export async function withSextant(
  environment: Readonly<Record<string, string>>,
  work: (sextant: Sextant) => Promise<void>,
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'sextant-interop-'));
  const [port, grpc_port] = [await freePort(), await freePort()];
  const sextant = new RunningSextant({ data, port, grpc_port, environment });
  try {
    await sextant.start();
    await work(sextant);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${sextant.said()}`, { cause: error });
  } finally {
    await sextant.kill();
    await rm(data, { recursive: true, force: true });
  }
}

interface Settings {
  readonly data: string;
  readonly port: number;
  readonly grpc_port: number;
  readonly environment: Readonly<Record<string, string>>;
}

class RunningSextant implements Sextant {
  readonly url: string;
  readonly grpc_url: string;
  readonly #settings: Settings;
  #collector: SpawnedCollector | null = null;
  #frozen: number | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.url = `http://127.0.0.1:${settings.port}`;
    this.grpc_url = `http://127.0.0.1:${settings.grpc_port}`;
  }

  async start(): Promise<void> {
    const { data, port, grpc_port, environment } = this.#settings;
    this.#collector = await spawnCollector({
      data,
      port,
      environment: { SEXTANT_GRPC_PORT: String(grpc_port), SEXTANT_DRIFT: 'false', ...environment },
    });
  }

  async kill(): Promise<void> {
    await this.#collector?.kill();
    this.#collector = null;
    this.#frozen = null;
  }

  said(): string {
    return this.#collector?.said() ?? '';
  }

  async sql(statement: string): Promise<Record<string, unknown>[]> {
    const answer = await this.#ask('/api/sql', { method: 'POST', body: JSON.stringify({ sql: statement }) });
    return (answer as { rows: Record<string, unknown>[] }).rows;
  }

  async stats(): Promise<Stats> {
    return (await this.#ask('/api/stats', {})) as Stats;
  }

  async untilStored(): Promise<void> {
    const isStored = async () => {
      const { signals, stored, duplicated, journal } = await this.stats();
      const accepted = Object.values(signals).reduce((sum, signal) => sum + signal.accepted, 0);
      // The store process hears of a record a moment after its sender does; until then it knows of no lag.
      return journal.lag_bytes === 0 && stored + duplicated >= accepted;
    };
    await eventually(isStored, () => this.said());
  }

  async freezeStore(): Promise<void> {
    const pid = this.#collector?.pid;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    this.#frozen = Number(children.trim().split(' ')[0]);
    process.kill(this.#frozen, 'SIGSTOP');
  }

  resumeStore(): void {
    if (this.#frozen !== null) process.kill(this.#frozen, 'SIGCONT');
    this.#frozen = null;
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    const key = this.#settings.environment['SEXTANT_KEY'];
    const response = await fetch(this.url + path, {
      ...init,
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}
