import type { DatabaseSync } from 'node:sqlite';
import type { JournalTail } from '../journal/tail.ts';
import type { Log } from '../log.ts';
import type { FromStore, ToStore } from '../messages.ts';
import type { Options } from '../options.ts';
import type { Position, Store } from '../stores/store.ts';
import { forgetRemovedVectors } from '../watch/forget-removed.ts';
import type { Watch } from '../watch/watch.ts';
import { type Backups, createBackups } from './backups.ts';
import { copiesLeft } from './copies-left.ts';
import { createErasures, type Erasures } from './erasures.ts';
import { createJournalRequests } from './journal-requests.ts';
import { createLostDays, type RefilledDay } from './lost-days.ts';
import { createRetention } from './retention.ts';
import { followStored } from './stored-through.ts';

/** How what is stored ends: by age, by request, by damage; and how it is kept a second time. */
export interface Lifecycle {
  readonly erasures: Erasures;
  readonly backups: Backups;
  /** What an erasure does not search, by its path in the data folder. */
  copiesLeft(): Promise<readonly string[]>;
  lostDays(): readonly RefilledDay[];
  /** The tail to read the journal from. */
  readonly tail: JournalTail;
  /** Stores a batch, less what has expired. */
  readonly append: Store['append'];
  /** To be told how far the journal is stored. */
  stored(position: Position): void;
  /** To be told what the receiving process answers about the journal. */
  receive(message: Extract<ToStore, { readonly type: 'journal' }>): void;
  /** Call it before the journal is read. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface LifecycleParts {
  readonly options: Pick<Options, 'data' | 'retention_days'>;
  readonly control: DatabaseSync;
  readonly store: Store;
  readonly tail: JournalTail;
  readonly journal_folder: string;
  readonly watch: Watch | null;
  send(message: FromStore): void;
  onExpired(rows: number): void;
  readonly log: Log;
}

export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { options, control, store, watch } = parts;
  const journal = createJournalRequests(parts.send);
  const through = followStored(parts.tail);
  const whileWatchRests = <T>(work: () => Promise<T>) => watch?.whileResting(work) ?? work();
  const erasures = createErasures({ ...parts, journal, untilStored: through.until, whileWatchRests });
  const backups = createBackups({ ...parts, data: options.data, journal, now: Date.now });
  const lost_days = createLostDays({ ...parts, now: Date.now });
  const retention = createRetention({
    ...parts,
    days: options.retention_days,
    async clean(before_ms) {
      await backups.removeBefore(before_ms);
      await whileWatchRests(() => forgetRemovedVectors({ control, store }));
    },
    now: Date.now,
  });
  return {
    erasures,
    backups,
    copiesLeft: () => copiesLeft(options.data),
    lostDays: lost_days.list,
    tail: through.tail,
    append: retention.append,
    stored: through.stored,
    receive: journal.receive,
    async start() {
      await lost_days.look();
      erasures.start();
      retention.start();
      await backups.removeBefore(0);
    },
    async stop() {
      erasures.stop();
      retention.stop();
      await backups.stop();
    },
  };
}
