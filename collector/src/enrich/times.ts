import type { DecodedLog, DecodedPoint } from '../decode/records.ts';

/** Microseconds of a time in nanoseconds, as tables hold times. */
export function microseconds(time_ns: bigint): number {
  return Number(time_ns / 1000n);
}

/** When a log record happened, in microseconds: else when it was observed, else when it was received. */
export function timeOfLog(log: DecodedLog, received_ms: number): number {
  const time_ns = log.time_ns || log.observed_time_ns;
  return time_ns === 0n ? Math.round(received_ms * 1000) : microseconds(time_ns);
}

/** Time of a data point in microseconds: else when it was received. */
export function timeOfPoint(point: DecodedPoint, received_ms: number): number {
  return point.time_ns === 0n ? Math.round(received_ms * 1000) : microseconds(point.time_ns);
}
