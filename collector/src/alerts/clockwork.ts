import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Rounds } from './evaluate/rounds.ts';
import type { Heart } from './heartbeat.ts';
import type { Dispatch } from './notify/dispatch.ts';
import type { Outbox } from './outbox.ts';
import { within } from './within.ts';

/** Groups that wait are looked at so often. */
const TICK_MS = 1_000;
const STOP_TIMEOUT_MS = 5_000;

/** What happens by the clock: groups that are due, rounds of the rules, heartbeats. */
export interface Clockwork {
  start(): void;
  /** Waits for the round under way, up to a limit. */
  stop(): Promise<void>;
  /** Tells the groups that are due. */
  tell(now_ms: number): void;
  /** Asks the rules. */
  round(now_ms: number): Promise<void>;
}

interface ClockworkParts {
  readonly database: DatabaseSync;
  readonly dispatch: Pick<Dispatch, 'nextDue' | 'run'>;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly rounds: Rounds;
  readonly heart: Heart;
  /** Pause between the starts of two rounds. */
  readonly interval_ms: number;
  /** Comes before each round. Never rejects. */
  readonly beforeRound: (now_ms: number) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

export function createClockwork(parts: ClockworkParts): Clockwork {
  let timer: NodeJS.Timeout | undefined;
  let under_way = Promise.resolve();
  let [round_due_ms, is_asking] = [0, false];

  function tell(now_ms: number): void {
    try {
      const due_ms = parts.dispatch.nextDue();
      if (due_ms === null || due_ms > now_ms) return;
      transaction(parts.database, () => parts.dispatch.run(now_ms));
      parts.outbox.wake();
    } catch (error) {
      parts.log.error({ error }, 'Alerts that are due could not be told yet.');
    }
  }

  async function round(now_ms: number): Promise<void> {
    await parts.beforeRound(now_ms);
    await parts.rounds.run(now_ms);
    parts.heart.beat(now_ms);
  }

  function tick(): void {
    const now_ms = parts.now();
    tell(now_ms);
    // A clock that was set back must not stop the rounds.
    const is_due = now_ms >= round_due_ms || now_ms < round_due_ms - parts.interval_ms;
    if (!is_due || is_asking) return;
    round_due_ms = now_ms + parts.interval_ms;
    is_asking = true;
    under_way = round(now_ms).finally(() => {
      is_asking = false;
    });
  }

  return {
    start() {
      timer = setInterval(tick, TICK_MS);
    },
    async stop() {
      clearInterval(timer);
      await within(STOP_TIMEOUT_MS, under_way, undefined);
    },
    tell,
    round,
  };
}
