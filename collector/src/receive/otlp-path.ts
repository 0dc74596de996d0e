import { type Signal, signals } from '../journal/record.ts';

/** Where OTLP/HTTP takes a signal. */
export function otlpPath(signal: Signal): string {
  return `/v1/${signal}`;
}

export const otlp_paths: readonly string[] = signals.map(otlpPath);
