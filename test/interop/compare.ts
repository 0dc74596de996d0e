import { deepStrictEqual } from 'node:assert/strict';
import {
  type KeyValue,
  type LogRecord,
  type Logs,
  plainObject,
  plainValue,
  type Resource,
  type Scope,
  type Span,
  type Traces,
} from './otlp-json.ts';
import type { Sextant } from './sextant.ts';

/** Compares what is stored with what was sent. Rows that are missing, twice or different make it throw. */

export async function expectTraces(sextant: Sextant, traces: Traces): Promise<void> {
  const [{ resource, scopeSpans }] = traces.resourceSpans;
  const around = surroundings(resource, scopeSpans[0]);
  const wanted = scopeSpans[0].spans.map((span) => ({ ...spanRow(span), resource: around }));
  const rows = await sextant.sql(`
    SELECT trace_id, span_id, parent_span_id, name, kind, status, status_message,
           epoch_us(start_time) AS start_us, epoch_us(end_time) AS end_us, duration_ms,
           attributes, events, links, resource
    FROM spans WHERE service = '${serviceOf(resource)}'`);
  const stored = rows.map((row) => parseColumns(row, ['attributes', 'events', 'links', 'resource']));
  deepStrictEqual(sortBy(stored, 'span_id'), sortBy(wanted, 'span_id'));
}

export async function expectLogs(sextant: Sextant, logs: Logs): Promise<void> {
  const [{ resource, scopeLogs }] = logs.resourceLogs;
  const around = surroundings(resource, scopeLogs[0]);
  const wanted = scopeLogs[0].logRecords.map((record) => ({ ...logRow(record), resource: around }));
  const rows = await sextant.sql(`
    SELECT epoch_us(time) AS time_us, trace_id, span_id, severity_number, severity_text, event_name, body,
           attributes, resource
    FROM logs WHERE service = '${serviceOf(resource)}'`);
  const stored = rows.map((row) => parseColumns(row, ['body', 'attributes', 'resource']));
  deepStrictEqual(sortBy(stored, 'time_us'), sortBy(wanted, 'time_us'));
}

/** That each of these spans is stored, and once. */
export async function expectEachOnce(sextant: Sextant, spans: readonly Span[]): Promise<void> {
  const rows = await sextant.sql('SELECT span_id, count(*) AS copies FROM spans GROUP BY span_id');
  const copies = new Map(rows.map(({ span_id, copies }) => [span_id, copies]));
  const missing = spans.filter(({ spanId }) => !copies.has(spanId)).length;
  const repeated = spans.filter(({ spanId }) => Number(copies.get(spanId)) > 1).length;
  deepStrictEqual(
    { missing, repeated, stored: rows.length },
    { missing: 0, repeated: 0, stored: spans.length },
  );
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const statuses = ['unset', 'ok', 'error'];

function spanRow(span: Span) {
  const [start_ns, end_ns] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId ?? null,
    name: span.name,
    kind: kinds[span.kind],
    status: statuses[span.status.code],
    status_message: span.status.message ?? null,
    start_us: Number(start_ns / 1000n),
    end_us: Number(end_ns / 1000n),
    duration_ms: Number(end_ns - start_ns) / 1e6,
    attributes: plainObject(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: isoTime(timeUnixNano),
      attributes: plainObject(attributes),
    })),
    links: span.links.map((link) => ({
      trace_id: link.traceId,
      span_id: link.spanId,
      trace_state: link.traceState,
      attributes: plainObject(link.attributes),
    })),
  };
}

function logRow(record: LogRecord) {
  return {
    time_us: Number(BigInt(record.timeUnixNano ?? record.observedTimeUnixNano) / 1000n),
    trace_id: record.traceId ?? null,
    span_id: record.spanId ?? null,
    severity_number: record.severityNumber,
    severity_text: record.severityText,
    event_name: record.eventName ?? null,
    body: plainValue(record.body),
    attributes: plainObject(record.attributes),
  };
}

interface Scoped {
  readonly scope: Scope;
  readonly schemaUrl: string;
}

/** The column `resource`. */
export function surroundings(resource: Resource, { scope, schemaUrl }: Scoped): Record<string, unknown> {
  const { name, version, attributes } = scope;
  return {
    ...plainObject(resource.attributes),
    scope: { name, version, schema_url: schemaUrl, attributes: plainObject(attributes) },
  };
}

export function serviceOf({ attributes }: Resource): string {
  const { value } = attributes.find(({ key }) => key === 'service.name') as KeyValue;
  return value.stringValue as string;
}

/** The row with its JSON columns as values. */
export function parseColumns(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
): Record<string, unknown> {
  const parsed = { ...row };
  for (const column of columns) {
    const text = row[column];
    parsed[column] = text === null ? null : JSON.parse(text as string);
  }
  return parsed;
}

/** A copy in the order of a column of numbers or texts. */
export function sortBy<Row extends Readonly<Record<string, unknown>>>(
  rows: readonly Row[],
  column: string,
): readonly Row[] {
  return rows.toSorted((a, b) => ((a[column] as string) < (b[column] as string) ? -1 : 1));
}

/** ISO 8601 with nanoseconds, as the tables hold times inside JSON. */
export function isoTime(nanoseconds: string): string {
  const time_ns = BigInt(nanoseconds);
  const milliseconds = new Date(Number(time_ns / 1_000_000n)).toISOString().slice(0, -1);
  return `${milliseconds}${String(time_ns % 1_000_000n).padStart(6, '0')}Z`;
}
