/** What the receiving side counts since it started. */
export interface Counters {
  /** Spans acknowledged: they are on disk. */
  accepted: number;
  /** Spans refused for good. */
  rejected: number;
  /** Spans and attributes left out, by reason. */
  readonly dropped: Record<string, number>;
  /** Requests refused, by error code. */
  readonly refused: Record<string, number>;
}

export function newCounters(): Counters {
  return { accepted: 0, rejected: 0, dropped: Object.create(null), refused: Object.create(null) };
}
