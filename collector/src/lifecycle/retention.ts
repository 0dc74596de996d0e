import type { Log } from '../log.ts';
import type { Batch, RecordRows, Store } from '../stores/store.ts';

export interface RetentionSettings {
  readonly store: Pick<Store, 'append' | 'expire'>;
  /** Days kept; 0 keeps everything. */
  readonly days: number;
  /** Removes what is kept elsewhere of the days that went; told the time before which nothing is kept. */
  clean(before_ms: number): Promise<void>;
  /** Told how many rows of a batch came too late to be kept. */
  onExpired(rows: number): void;
  readonly now: () => number;
  readonly log: Log;
}

export interface Retention {
  /** Stores a batch, less the rows of days that are not kept any more. */
  readonly append: Store['append'];
  /** Removes days that are older than wanted, now and every hour. */
  start(): void;
  stop(): void;
}

const day_ms = 86_400_000;
const hour_ms = 3_600_000;
/** Times before this cannot be right: such rows are as old as their arrival, and the store knows when that was. */
const earliest_us = Date.UTC(2000, 0, 1) * 1_000;

export function createRetention(settings: RetentionSettings): Retention {
  const { store, days, now, log } = settings;
  if (days === 0) return { append: (batch) => store.append(batch), start() {}, stop() {} };
  let timer: NodeJS.Timeout | undefined;

  async function expire(): Promise<void> {
    const before_ms = now() - days * day_ms;
    try {
      const removed = await store.expire(before_ms * 1_000);
      if (removed.length > 0) log.info({ days: removed }, 'Days beyond the retention were removed.');
      await settings.clean(before_ms);
    } catch (error) {
      // The next hour tries again; what is too old stays a little longer.
      log.error({ error }, 'Days beyond the retention could not be removed.');
    }
  }

  return {
    async append(batch) {
      // Whole days are kept, as whole days go.
      const kept_from_us = Math.floor((now() - days * day_ms) / day_ms) * day_ms * 1_000;
      const counted = { expired: 0 };
      const appended = await store.append({ records: keptRecords(batch, kept_from_us, counted) });
      if (counted.expired > 0) settings.onExpired(counted.expired);
      return appended;
    },
    start() {
      void expire();
      timer = setInterval(expire, hour_ms);
    },
    stop: () => clearInterval(timer),
  };
}

// Records may be made while they are read, so each is looked at when it comes.
async function* keptRecords(
  { records }: Batch,
  kept_from_us: number,
  counted: { expired: number },
): AsyncGenerator<RecordRows> {
  const keep = <Item>(items: readonly Item[], timeOf: (item: Item) => number): readonly Item[] => {
    const isKept = (item: Item) => timeOf(item) >= kept_from_us || timeOf(item) < earliest_us;
    if (items.every(isKept)) return items;
    const kept = items.filter(isKept);
    counted.expired += items.length - kept.length;
    return kept;
  };
  for await (const record of records) {
    yield {
      ...record,
      spans: keep(record.spans, ({ span }) => span.start_time),
      logs: keep(record.logs, ({ time }) => time),
      metrics: keep(record.metrics, ({ time }) => time),
      scores: keep(record.scores, ({ time }) => time),
      amendments: keep(record.amendments, ({ time }) => time),
    };
  }
}
