import type { Signal } from '../journal/record.ts';
import type { RefilledDay } from '../lifecycle/lost-days.ts';
import type { Position } from '../stores/store.ts';
import type { SignalCounters } from './counters.ts';

/** What the store process reports on its socket under /internal/stats. */
export interface StoreStats {
  readonly name: string;
  readonly stored: number;
  readonly duplicated: number;
  /** Up to where the journal is stored. */
  readonly stored_position: Position;
  readonly journal_lag_bytes: number;
  readonly journal_lag_ms: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Secrets taken out, by their form. */
  readonly redacted: Readonly<Record<string, number>>;
  readonly damaged_days: readonly RefilledDay[];
  readonly watch: {
    readonly rounds: number;
    readonly errors: number;
    /** Rows and values the watch left out. */
    readonly skipped: Readonly<Record<string, number>>;
  };
  readonly notifications: Readonly<Record<string, number>>;
  /** Addresses that alerts were not sent to, because they are not allowed, by reason. */
  readonly destinations_blocked: Readonly<Record<string, number>>;
}

/** What GET /api/stats answers: the figures of both processes. */
export interface Stats {
  /** Spans. */
  readonly accepted: number;
  readonly stored: number;
  /** Spans. */
  readonly rejected: number;
  readonly duplicated: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Secrets taken out, by their form. */
  readonly redacted: Readonly<Record<string, number>>;
  /** Days whose file was lost and filled again from the journal. */
  readonly damaged_days: readonly RefilledDay[];
  readonly signals: Readonly<Record<Signal, Readonly<SignalCounters>>>;
  readonly in_flight_bytes: number;
  readonly connections: { readonly open: number; readonly dropped: number };
  readonly journal: {
    readonly bytes: number;
    readonly lag_bytes: number | null;
    readonly lag_ms: number | null;
  };
  readonly store: { readonly name: string | null; readonly ready: boolean; readonly restarts: number };
}
