import type { Row, Store } from '../stores/store.ts';
import { type ExportedSpan, messageOf, requestOf, spanOf } from './otlp-span.ts';

export interface SpanRange {
  readonly tenant: string;
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}

export interface ExportSpansParts {
  readonly store: Pick<Store, 'query'>;
  readonly signal: AbortSignal;
  /** Keys read at one time; 10,000 unless told. */
  readonly keys_max?: number;
}

const spans_max = 1_024;
/** About so many bytes of rows are held at one time. */
const portion_bytes = 8 * 1024 * 1024;
const day_us = 86_400_000_000;

interface Key {
  readonly start_time: number;
  readonly trace_id: string;
  readonly span_id: string;
}

/**
 * The spans of a range as lines of JSON, each an ExportTraceServiceRequest (opentelemetry-proto, trace service),
 * in the order of start time and ids. Keys are read first, since they are small, then a portion of rows after
 * the other; the next portion is read when somebody takes it.
 */
export async function* exportSpans(range: SpanRange, parts: ExportSpansParts): AsyncGenerator<string> {
  let wanted = 64;
  for await (const keys of readKeys(range, parts)) {
    for (let start = 0; start < keys.length; ) {
      const portion = keys.slice(start, start + wanted);
      const { spans, bytes } = await readPortion(range.tenant, portion, parts);
      yield* toLines(spans);
      start += portion.length;
      wanted = Math.max(
        1,
        Math.min(spans_max, Math.floor((portion.length * portion_bytes) / Math.max(1, bytes))),
      );
    }
  }
}

async function* readKeys(
  { tenant, from_us, to_us }: SpanRange,
  { store, signal, keys_max = 10_000 }: ExportSpansParts,
): AsyncGenerator<readonly Key[]> {
  let after: Key = { start_time: from_us, trace_id: '', span_id: '' };
  for (;;) {
    const cursor = { from_us: after.start_time, after_trace: after.trace_id, after_span: after.span_id };
    const parameters = { tenant, ...cursor, to_us, limit: keys_max };
    const keys = (await store.query('export_keys', parameters, { signal })) as unknown as Key[];
    if (keys.length > 0) yield keys;
    const last = keys.at(-1);
    if (last === undefined || keys.length < keys_max) return;
    after = last;
  }
}

interface Portion {
  readonly spans: readonly ExportedSpan[];
  readonly bytes: number;
}

async function readPortion(tenant: string, keys: readonly Key[], parts: ExportSpansParts): Promise<Portion> {
  const { store, signal } = parts;
  const from_us = keys[0]?.start_time ?? 0;
  const to_us = (keys.at(-1)?.start_time ?? 0) + 1;
  const of_spans = { tenant, from_us, to_us, span_ids: [...new Set(keys.map(({ span_id }) => span_id))] };
  const wanted = new Set(keys.map(keyText));
  const read = async (name: string) =>
    (await store.query(name, of_spans, { signal })).filter((row) => wanted.has(keyText(row)));
  const rows = (await read('export_spans')).sort(byKey);
  const vectors = Map.groupBy(await read('export_vectors'), keyText);
  const hashes = new Set(
    rows.flatMap((row) => [...textsOf(row['input_messages']), ...textsOf(row['output_messages'])]),
  );
  for (const row of [...vectors.values()].flat()) {
    if (row['text_hash'] !== null) hashes.add(String(row['text_hash']));
  }
  // A message lies on the day of its first span, or of the log record that brought it.
  const days = { from_us: Math.floor(from_us / day_us) * day_us, to_us: to_us + 2 * day_us };
  const contents =
    hashes.size === 0
      ? []
      : await store.query('export_messages', { tenant, ...days, hashes: [...hashes] }, { signal });
  const messages = new Map(contents.map((row) => [String(row['message_hash']), messageOf(row)]));
  const spans = rows.map((row) => spanOf(row, { messages, vectors: vectors.get(keyText(row)) ?? [] }));
  return { spans, bytes: sizeOf(rows) + sizeOf(contents) };
}

const request_spans = 256;
const request_bytes = 4 * 1024 * 1024;

/** Spans in requests no collector finds too large, unless a single span is. */
function* toLines(spans: readonly ExportedSpan[]): Generator<string> {
  let waiting: ExportedSpan[] = [];
  let bytes = 0;
  for (const span of spans) {
    if (
      waiting.length === request_spans ||
      (waiting.length > 0 && bytes + span.json.length > request_bytes)
    ) {
      yield requestOf(waiting);
      waiting = [];
      bytes = 0;
    }
    waiting.push(span);
    bytes += span.json.length;
  }
  if (waiting.length > 0) yield requestOf(waiting);
}

function keyText(row: Row | Key): string {
  return `${row.trace_id} ${row.span_id}`;
}

function byKey(a: Row, b: Row): number {
  const difference = Number(a['start_time']) - Number(b['start_time']);
  return difference || (keyText(a) < keyText(b) ? -1 : 1);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function sizeOf(rows: readonly Row[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const value of Object.values(row)) bytes += typeof value === 'string' ? value.length : 16;
  }
  return bytes;
}
