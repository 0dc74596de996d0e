import type { Signal } from '../journal/record.ts';

/** What the receiving side counts since it started. Items are spans, log records and data points. */
export interface Counters {
  readonly signals: Readonly<Record<Signal, SignalCounters>>;
  /** Requests refused, by error code. */
  readonly refused: Record<string, number>;
  /** Connections closed because too many were open. */
  connections_dropped: number;
}

export interface SignalCounters {
  /** Items acknowledged: they are on disk. */
  accepted: number;
  /** Items refused for good. */
  rejected: number;
  /** Items and attributes left out, by reason. */
  readonly dropped: Record<string, number>;
}

export function newCounters(): Counters {
  const none = (): SignalCounters => ({ accepted: 0, rejected: 0, dropped: Object.create(null) });
  return {
    signals: { traces: none(), metrics: none(), logs: none() },
    refused: Object.create(null),
    connections_dropped: 0,
  };
}

export function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
