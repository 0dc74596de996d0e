import { exportLogs } from './logs.ts';
import { exportMetrics } from './metrics.ts';
import type { ExportParts, ExportRange } from './portions.ts';
import { exportSpans } from './spans.ts';

/** The tables that hold what senders sent, each as a signal of its own. */
export const otlp_tables = ['spans', 'logs', 'metrics'] as const;

export type OtlpTable = (typeof otlp_tables)[number];

/**
 * The rows of a range as lines of JSON, each an export request of OTLP (opentelemetry-proto, collector services) in
 * the order of time. Keys are read first, since they are small, then a portion of rows after the other, one ahead of
 * whoever takes the lines.
 */
export function exportOtlp(table: OtlpTable, range: ExportRange, parts: ExportParts): AsyncGenerator<string> {
  return exports[table](range, parts);
}

const exports = { spans: exportSpans, logs: exportLogs, metrics: exportMetrics } as const;
