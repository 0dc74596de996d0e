/** What the store process reports on its socket under /internal/stats. */
export interface StoreStats {
  readonly name: string;
  readonly stored: number;
  readonly duplicated: number;
  readonly journal_lag_bytes: number;
  readonly journal_lag_ms: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly watch: { readonly rounds: number; readonly errors: number };
  readonly notifications: Readonly<Record<string, number>>;
}

/** What GET /api/stats answers: the figures of both processes. */
export interface Stats {
  readonly accepted: number;
  readonly stored: number;
  readonly rejected: number;
  readonly duplicated: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly journal: {
    readonly bytes: number;
    readonly lag_bytes: number | null;
    readonly lag_ms: number | null;
  };
  readonly store: { readonly name: string | null; readonly ready: boolean; readonly restarts: number };
}
