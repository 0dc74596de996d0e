import type { Alerts } from './alerts/engine.ts';
import type { HttpClient } from './alerts/http.ts';
import type { JournalRecord, JournalTail } from './journal/tail.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import type { StoreStats } from './receive/stats.ts';
import type { Appended, Position, Store } from './stores/store.ts';
import type { Watch } from './watch/watch.ts';

/** What was stored since the store process started, and up to where. */
export interface Progress {
  stored(appended: Appended, last: JournalRecord): void;
  dropped(reason: string, count?: number): void;
  redacted(form: string): void;
  read(parts: ReportingParts): Promise<StoreStats>;
}

export interface ReportingParts {
  readonly store: Store;
  readonly tail: JournalTail;
  readonly watch: Watch | null;
  readonly alerts: Alerts;
  readonly http: Pick<HttpClient, 'blocked'>;
  readonly lifecycle: Pick<Lifecycle, 'lostDays'>;
}

export function startProgress(from: Position): Progress {
  const counts = { stored: 0, duplicated: 0 };
  const dropped: Record<string, number> = Object.create(null);
  const redacted: Record<string, number> = Object.create(null);
  let position = from;
  /** When the record at the position was received. */
  let received_ms = 0;
  return {
    stored(appended, last) {
      counts.stored += appended.stored;
      counts.duplicated += appended.duplicated;
      position = last.position;
      received_ms = last.received_ms;
    },
    dropped(reason, count = 1) {
      dropped[reason] = (dropped[reason] ?? 0) + count;
    },
    redacted(form) {
      redacted[form] = (redacted[form] ?? 0) + 1;
    },
    async read({ store, tail, watch, alerts, http, lifecycle }) {
      const lag_bytes = await tail.lag_bytes(position);
      const { pending, delivered, dead } = alerts.counts().outbox;
      return {
        name: store.name,
        ...counts,
        stored_position: position,
        journal_lag_bytes: lag_bytes,
        journal_lag_ms: lag_bytes > 0 && received_ms > 0 ? Date.now() - received_ms : 0,
        dropped: { ...dropped, ...(tail.damage.records > 0 ? { damaged_record: tail.damage.records } : {}) },
        redacted: { ...redacted },
        damaged_days: lifecycle.lostDays(),
        watch: watch?.counts() ?? { rounds: 0, errors: 0, skipped: {} },
        notifications: { pending, delivered, dead },
        destinations_blocked: http.blocked(),
      };
    },
  };
}
