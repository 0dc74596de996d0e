import { createHash } from 'node:crypto';
import { type AnyTable, type NewRow, type TableName, tables } from '../../../collector/src/stores/schema.ts';
import type { Amendment, RecordRows, SpanRows } from '../../../collector/src/stores/store.ts';

/** Rows for the tests of stores: every column there is, null where nothing was said. */

/** Noon of a day in the past: stores may refuse times that lie in the future. */
export const noon_us = Date.UTC(2025, 2, 10, 12) * 1000;
export const day_us = 86_400_000_000;
export const hour_us = 3_600_000_000;
export const second_us = 1_000_000;

type Fields<Name extends TableName> = Partial<NewRow<Name>>;

export function spanRow(number: number, fields: Fields<'spans'> = {}): NewRow<'spans'> {
  const start_time = fields.start_time ?? noon_us + number * second_us;
  return fill('spans', {
    tenant: 'default',
    trace_id: traceId(number),
    span_id: spanId(number),
    name: `span ${number}`,
    start_time,
    end_time: start_time + 250_000,
    duration_ms: 250,
    kind: 'client',
    status: 'unset',
    status_message: null,
    is_leaf: false,
    attributes: '{}',
    resource: '{}',
    events: '[]',
    links: '[]',
    ...fields,
  });
}

/** A model call that asks one thing and gets one answer, with all that is stored beside it. */
export function modelCall(
  number: number,
  { question = `question ${number}`, ...fields }: Fields<'spans'> & { question?: string } = {},
): SpanRows {
  const asked = message('user', question, fields);
  const answered = message('assistant', `answer ${number}`, fields);
  const span = spanRow(number, {
    operation: 'chat',
    is_leaf: true,
    service: 'shop',
    request_model: 'gpt-4o',
    input_tokens: 10,
    output_tokens: 5,
    cost_usd: 0.25,
    cost_method: 'computed',
    input_messages: [asked.message_hash],
    output_messages: [answered.message_hash],
    ...fields,
  });
  const at = { tenant: span.tenant, trace_id: span.trace_id, span_id: span.span_id };
  return {
    span,
    messages: [asked, answered].map((row) => ({ ...row, first_time: span.start_time })),
    embeddings: [embeddingRow(number, { ...at, time: span.start_time })],
    cost_lines: [
      fill('cost_lines', {
        ...at,
        time: span.start_time,
        revision: 0,
        model: 'gpt-4o',
        unit: 'total',
        amount_nano_usd: 250_000_000,
        method: 'computed',
      }),
    ],
    versions: [{ ...at, kind: 'model', name: 'gpt-4o', version: '2024-08-06', first_time: span.start_time }],
  };
}

export function message(
  role: string,
  text: string,
  { tenant = 'default', start_time = noon_us }: Fields<'spans'> = {},
): NewRow<'messages'> {
  const content = JSON.stringify({ role, parts: [{ type: 'text', content: text }] });
  const message_hash = createHash('sha256').update(`${tenant}\0${content}`).digest('hex').slice(0, 32);
  return { tenant, message_hash, role, text, content, first_time: start_time };
}

export function embeddingRow(number: number, fields: Fields<'embeddings'> = {}): NewRow<'embeddings'> {
  return fill('embeddings', {
    tenant: 'default',
    trace_id: traceId(number),
    span_id: spanId(number),
    feature: 'embedding.output',
    slices: '{"service":"shop"}',
    time: noon_us,
    encoder: 'test',
    dimension: 3,
    vector: [0.5, -0.25, number],
    ...fields,
  });
}

export function sketchRow(fields: Fields<'sketches'> = {}): NewRow<'sketches'> {
  return {
    tenant: 'default',
    feature: 'embedding.output',
    slice_key: 'all',
    slice_value: 'all',
    minute: noon_us,
    sketch_id: 'test',
    count: 1,
    sums: [1, -2, 3],
    sampling_probability: null,
    ...fields,
  };
}

export function logRow(number: number, fields: Fields<'logs'> = {}): NewRow<'logs'> {
  return fill('logs', {
    tenant: 'default',
    time: noon_us + number * second_us,
    trace_id: traceId(number),
    span_id: spanId(number),
    attributes: `{"number":${number}}`,
    resource: '{}',
    ...fields,
  });
}

export function metricRow(name: string, fields: Fields<'metrics'> = {}): NewRow<'metrics'> {
  return fill('metrics', {
    tenant: 'default',
    time: noon_us,
    name,
    kind: 'gauge',
    value: 1,
    attributes: '{}',
    resource: '{}',
    ...fields,
  });
}

export function scoreRow(score_id: string, fields: Fields<'scores'> = {}): NewRow<'scores'> {
  return fill('scores', {
    tenant: 'default',
    score_id,
    time: noon_us,
    name: 'relevance',
    source: 'judge',
    value: 0.75,
    ...fields,
  });
}

/** What a log record says of the span of this number: what was asked, and what was answered. */
export function amendment(
  number: number,
  said: {
    question?: string;
    answer?: string;
    tenant?: string;
    time?: number;
    columns?: Amendment['columns'];
  },
): Amendment {
  const { tenant = 'default', time = noon_us + number * second_us + 100_000, columns } = said;
  const asked =
    said.question === undefined ? [] : [message('user', said.question, { tenant, start_time: time })];
  const answered =
    said.answer === undefined ? [] : [message('assistant', said.answer, { tenant, start_time: time })];
  return {
    tenant,
    trace_id: traceId(number),
    span_id: spanId(number),
    time,
    columns: {
      ...(asked.length > 0 && { input_messages: asked.map((row) => row.message_hash) }),
      ...(answered.length > 0 && { output_messages: answered.map((row) => row.message_hash) }),
      ...columns,
    },
    messages: [...asked, ...answered],
  };
}

export function alertRow(alert_id: string, fields: Fields<'alerts'> = {}): NewRow<'alerts'> {
  return fill('alerts', {
    tenant: 'default',
    alert_id,
    time: noon_us,
    state: 'firing',
    rule: 'drift',
    summary: `${alert_id} happened`,
    details: '{}',
    ...fields,
  });
}

/** A span without anything beside it. */
export function bare(span: NewRow<'spans'>): SpanRows {
  return { span, messages: [], embeddings: [], cost_lines: [], versions: [] };
}

/** A journal record that holds nothing. */
export const no_rows = { spans: [], logs: [], metrics: [], scores: [], amendments: [] } as const;

/** The journal record that ends at this offset. */
export function recordAt(offset: number, ...spans: SpanRows[]): RecordRows {
  return { ...no_rows, position: { segment: 1, offset }, spans };
}

/** The journal record that ends at this offset and holds what came with logs or metrics. */
export function recordWith(offset: number, rows: Partial<Omit<RecordRows, 'position'>>): RecordRows {
  return { ...no_rows, ...rows, position: { segment: 1, offset } };
}

/** A record as it comes when it is large: each span and each other row in a part of its own. */
export function inParts({ position, ...rows }: RecordRows): RecordRows[] {
  const parts = Object.entries(rows).flatMap(([name, items]) =>
    (items as readonly object[]).map((item) => ({ ...no_rows, [name]: [item], position, has_more: true })),
  );
  return [...parts, { ...no_rows, position }];
}

export function traceId(number: number): string {
  return `a${number.toString(16).padStart(31, '0')}`;
}

export function spanId(number: number): string {
  return `b${number.toString(16).padStart(15, '0')}`;
}

function fill<Name extends TableName>(name: Name, fields: Fields<Name>): NewRow<Name> {
  const columns = Object.keys((tables[name] as AnyTable).columns).filter(
    (column) => column !== 'ingest_time',
  );
  const nulls = Object.fromEntries(columns.map((column) => [column, null]));
  return { ...nulls, ...fields } as NewRow<Name>;
}
