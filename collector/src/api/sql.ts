import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { whenGone } from './abort.ts';
import type { ApiParts } from './parts.ts';

const schema = {
  summary: 'One read-only statement',
  body: {
    type: 'object',
    required: ['sql'],
    properties: {
      sql: { type: 'string', minLength: 1, maxLength: 100_000 },
      limit: { type: 'integer', minimum: 1 },
    },
  },
} as const;

export function routeSql(server: FastifyInstance, parts: ApiParts): void {
  const options = { schema, config: { scope: 'read' } } as const;
  server.post<{ Body: { sql: string; limit?: number } }>('/api/sql', options, async (request, reply) => {
    const { sql, limit } = request.body;
    return await parts.store.sql(sql, {
      tenant: credentialOf(request).tenant,
      rows_max: Math.min(limit ?? parts.sql_rows_max, parts.sql_rows_max),
      timeout_ms: parts.sql_timeout_ms,
      signal: whenGone(reply),
    });
  });
}
