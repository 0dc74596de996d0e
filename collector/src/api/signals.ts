import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { Row } from '../stores/store.ts';
import { whenGone } from './abort.ts';
import { hashesOf, readMessages } from './messages.ts';
import type { ApiParts } from './parts.ts';
import { isoTime, parseTime } from './times.ts';

const text = { type: 'string', maxLength: 1024 } as const;
const limit = (most: number) => ({ type: 'integer', minimum: 1, maximum: most, default: most }) as const;

const logs_schema = {
  summary: 'The log records and events of a trace, oldest first',
  querystring: { type: 'object', properties: { limit: limit(1000) } },
} as const;

const metrics_schema = {
  summary: 'Metrics with their newest point and the range of their values',
  querystring: {
    type: 'object',
    properties: { from: text, to: text, service: text, name: text, limit: limit(1000) },
  },
} as const;

interface MetricsQuery {
  from?: string;
  to?: string;
  service?: string;
  name?: string;
  limit: number;
}

/** What came beside spans: log records and metrics. */
export function routeSignals(server: FastifyInstance, parts: Pick<ApiParts, 'store' | 'now_ms'>): void {
  server.get<{ Params: { trace_id: string }; Querystring: { limit: number } }>(
    '/api/traces/:trace_id/logs',
    { schema: logs_schema, config: { scope: 'read' } },
    async (request, reply) => {
      const { trace_id } = request.params;
      const { tenant } = credentialOf(request);
      // One more than wanted tells whether there are more.
      const parameters = { tenant, trace_id, limit: request.query.limit + 1 };
      const found = await parts.store.query('trace_logs', parameters, { signal: whenGone(reply) });
      const rows = found.slice(0, request.query.limit);
      const messages = await readMessages(parts.store, { tenant, rows });
      return {
        trace_id,
        logs: rows.map(presentLog),
        messages: [...messages.values()],
        truncated: rows.length < found.length,
      };
    },
  );

  server.get<{ Querystring: MetricsQuery }>(
    '/api/metrics',
    { schema: metrics_schema, config: { scope: 'read' } },
    async (request, reply) => {
      const { from, to, service, name, limit } = request.query;
      const parameters = {
        tenant: credentialOf(request).tenant,
        from_us: from === undefined ? null : parseTime(from, parts.now_ms()),
        to_us: to === undefined ? null : parseTime(to, parts.now_ms()),
        service: service || null,
        name: name || null,
        limit: limit + 1,
      };
      const found = await parts.store.query('metrics', parameters, { signal: whenGone(reply) });
      const rows = found.slice(0, limit);
      return { metrics: rows.map(presentMetric), truncated: rows.length < found.length };
    },
  );
}

function presentLog(row: Row): Row {
  const json = (name: string) => (row[name] === null ? null : JSON.parse(String(row[name])));
  return {
    ...row,
    time: isoTime(row['time']),
    input_messages: hashesOf(row['input_messages']),
    output_messages: hashesOf(row['output_messages']),
    body: json('body'),
    attributes: json('attributes'),
    resource: json('resource'),
  };
}

function presentMetric(row: Row): Row {
  return { ...row, first_time: isoTime(row['first_time']), last_time: isoTime(row['last_time']) };
}
