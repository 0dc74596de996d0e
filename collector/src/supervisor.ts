import { type ChildProcess, fork } from 'node:child_process';
import { exit_codes } from './commands/command.ts';
import { SextantError } from './errors.ts';
import type { Log } from './log.ts';
import type { FromStore, ToStore } from './messages.ts';

/**
 * Keeps the store process running: started again whenever it ends, after a pause that doubles while it keeps
 * failing. Ingest goes on acknowledging meanwhile; the journal holds what the store has not seen.
 *
 * The process is there at once and loads its modules, while this one does the same. It touches nothing before `begin`.
 */
export interface Supervisor {
  begin(guide: Guide): void;
  send(message: ToStore): void;
  /** Whether the store process has said that it is ready. */
  isReady(): boolean;
  restarts(): number;
  /** Rejects when the process ends for its options before it was ever ready. */
  readonly refused: Promise<never>;
  /** Asks the process to end, and ends it itself when it has not within the limit. */
  stop(): Promise<void>;
}

/** What the store process is told first, whenever it starts, and who hears what it says. */
export interface Guide {
  greeting(): readonly ToStore[];
  onMessage(message: FromStore): void;
}

export interface SupervisorOptions {
  /** File of the program, and the arguments that make it the store process. */
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

const pause_ms_min = 100;
const pause_ms_max = 5_000;
const healthy_after_ms = 10_000;
const stop_limit_ms = 10_000;

export function superviseStore(options: SupervisorOptions): Supervisor {
  const state = {
    child: null as ChildProcess | null,
    guide: null as Guide | null,
    ...{ ready: false, restarts: 0, stopping: false },
  };
  let pause_ms = pause_ms_min;
  let timer: NodeJS.Timeout | undefined;
  const { promise: refused, reject: refuse } = Promise.withResolvers<never>();
  // Whoever waits for it hears of it; without anybody it is no forgotten failure.
  refused.catch(() => undefined);

  // Between two runs nothing is lost: the new process is told everything when it starts.
  const send = (message: ToStore) => {
    if (state.child?.connected) state.child.send(message);
  };
  const greet = () => {
    for (const message of state.guide?.greeting() ?? []) send(message);
  };

  const start = () => {
    const started_ms = Date.now();
    const child = fork(options.program, [...options.arguments], {
      env: withMemorySettings(options.environment),
      serialization: 'json',
    });
    state.child = child;
    child.on('message', (message: FromStore) => {
      if (message.type === 'ready') state.ready = true;
      state.guide?.onMessage(message);
    });
    child.on('error', (error) => options.log.error({ error }, 'The store process cannot be reached.'));
    child.on('exit', (code, signal) => {
      state.child = null;
      state.ready = false;
      if (state.stopping) return;
      if (code === exit_codes.usage && state.restarts === 0) {
        refuse(new SextantError('bad_request', 'The store refused its options; what is wrong stands above.'));
        return;
      }
      if (Date.now() - started_ms > healthy_after_ms) pause_ms = pause_ms_min;
      options.log.warn({ code, signal, pause_ms }, 'The store process ended; it starts again.');
      state.restarts += 1;
      timer = setTimeout(start, pause_ms);
      pause_ms = Math.min(pause_ms * 2, pause_ms_max);
    });
    greet();
  };
  start();

  return {
    begin(guide) {
      state.guide = guide;
      greet();
    },
    send,
    isReady: () => state.ready,
    restarts: () => state.restarts,
    refused,
    async stop() {
      state.stopping = true;
      clearTimeout(timer);
      const { child } = state;
      if (!child) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.connected) child.send({ type: 'stop' } satisfies ToStore);
      const limit = setTimeout(() => child.kill('SIGKILL'), stop_limit_ms);
      await ended;
      clearTimeout(limit);
    },
  };
}

/**
 * DuckDB's allocator keeps what a large transaction needed, the C library keeps for every thread what it once used, and
 * V8 lets its young generation grow with the flow: together a gigabyte. One arena for each of the two, which gives pages
 * back after half a second, and a small young generation cost a few per cent of time. What the user has set stays.
 */
function withMemorySettings(environment: Readonly<Record<string, string>>): Record<string, string> {
  return {
    DUCKDB_JE_MALLOC_CONF: 'narenas:1,dirty_decay_ms:500,muzzy_decay_ms:0',
    MALLOC_ARENA_MAX: '1',
    ...environment,
    NODE_OPTIONS: `--max-semi-space-size=16 ${environment['NODE_OPTIONS'] ?? ''}`.trim(),
  };
}
