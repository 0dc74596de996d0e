import type { Log } from './log.ts';
import type { Store } from './stores/store.ts';

export interface RetentionSettings {
  readonly store: Pick<Store, 'expire'>;
  /** Days kept; 0 keeps everything. */
  readonly days: number;
  readonly now: () => number;
  readonly log: Log;
}

const day_ms = 86_400_000;
const hour_ms = 3_600_000;

/** Removes days that are older than wanted, now and every hour; returns what ends it. */
export function startRetention({ store, days, now, log }: RetentionSettings): () => void {
  if (days === 0) return () => undefined;
  const expire = async () => {
    try {
      const removed = await store.expire((now() - days * day_ms) * 1000);
      if (removed.length > 0) log.info({ days: removed }, 'Days beyond the retention were removed.');
    } catch (error) {
      // The next hour tries again; what is too old stays a little longer.
      log.error({ error }, 'Days beyond the retention could not be removed.');
    }
  };
  void expire();
  const timer = setInterval(expire, hour_ms);
  return () => clearInterval(timer);
}
