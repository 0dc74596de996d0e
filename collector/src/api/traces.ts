import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import type { Row } from '../stores/store.ts';
import { whenGone } from './abort.ts';
import { hashesOf, readMessages } from './messages.ts';
import type { ApiParts } from './parts.ts';
import { isoTime, parseTime } from './times.ts';

const text = { type: 'string', maxLength: 1024 } as const;
const filters = [
  'service',
  'model',
  'operation',
  'agent',
  'status',
  'user',
  'conversation',
  'prompt_version',
  'text',
] as const;

const list_schema = {
  summary: 'Traces, newest first',
  querystring: {
    type: 'object',
    properties: {
      from: text,
      to: text,
      cursor: text,
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      ...Object.fromEntries(filters.map((name) => [name, text])),
    },
  },
} as const;

type ListQuery = { from?: string; to?: string; cursor?: string; limit: number } & Partial<
  Record<(typeof filters)[number], string>
>;

export function routeTraces(server: FastifyInstance, parts: ApiParts): void {
  const list_options = { schema: list_schema, config: { scope: 'read' } } as const;
  server.get<{ Querystring: ListQuery }>('/api/traces', list_options, async (request, reply) => {
    const { query } = request;
    const parameters = {
      tenant: credentialOf(request).tenant,
      from_us: query.from === undefined ? null : parseTime(query.from, parts.now_ms()),
      to_us: query.to === undefined ? null : parseTime(query.to, parts.now_ms()),
      ...Object.fromEntries(filters.map((name) => [name, query[name] || null])),
      ...parseCursor(query.cursor),
      limit: query.limit,
    };
    const rows = await parts.store.query('traces', parameters, { signal: whenGone(reply) });
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return {
      traces: rows.map((row) => ({ ...row, start_time: isoTime(row['start_time']) })),
      next_cursor: last ? `${last['start_time']}.${last['trace_id']}` : null,
    };
  });

  server.get<{ Params: { trace_id: string } }>(
    '/api/traces/:trace_id',
    { schema: { summary: 'The spans of a trace, in outline' }, config: { scope: 'read' } },
    async (request, reply) => {
      const { trace_id } = request.params;
      const { tenant } = credentialOf(request);
      const rows = await parts.store.query('trace', { tenant, trace_id }, { signal: whenGone(reply) });
      if (rows.length === 0) throw new SextantError('not_found', 'No span of this trace is stored.');
      return { trace_id, spans: outline(rows) };
    },
  );

  server.get<{ Params: { trace_id: string; span_id: string } }>(
    '/api/traces/:trace_id/spans/:span_id',
    { schema: { summary: 'A span with its messages' }, config: { scope: 'read' } },
    async (request) => {
      const { tenant } = credentialOf(request);
      const [span] = await parts.store.query('span', { tenant, ...request.params });
      if (!span) throw new SextantError('not_found', 'This span is not stored.');
      const messages = await readMessages(parts.store, { tenant, rows: [span] });
      return {
        span: presentSpan(span),
        input_messages: hashesOf(span['input_messages']).map((hash) => messages.get(hash)),
        output_messages: hashesOf(span['output_messages']).map((hash) => messages.get(hash)),
      };
    },
  );
}

// A cursor is the start of the last trace in microseconds, a dot, and its id.
function parseCursor(cursor: string | undefined): { cursor_us: number | null; cursor_id: string | null } {
  if (cursor === undefined) return { cursor_us: null, cursor_id: null };
  const match = /^(\d{1,16})\.([0-9a-f]{32})$/.exec(cursor);
  if (!match) throw new SextantError('bad_request', 'The cursor is not one of ours.');
  return { cursor_us: Number(match[1]), cursor_id: match[2] as string };
}

function outline(rows: readonly Row[]): Row[] {
  const first_us = Math.min(...rows.map((row) => Number(row['start_time'])).slice(0, 1));
  return rows.map((row) => ({
    ...row,
    start_time: isoTime(row['start_time']),
    start_us: Number(row['start_time']) - first_us,
  }));
}

function presentSpan(span: Row): Row {
  const json = (name: string) => JSON.parse(String(span[name]));
  return {
    ...span,
    start_time: isoTime(span['start_time']),
    end_time: isoTime(span['end_time']),
    ingest_time: isoTime(span['ingest_time']),
    stored_time: isoTime(span['stored_time']),
    conversation_time: isoTime(span['conversation_time']),
    attributes: json('attributes'),
    resource: json('resource'),
    events: json('events'),
    links: json('links'),
  };
}
