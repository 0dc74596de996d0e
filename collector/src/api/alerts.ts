import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { ApiParts } from './parts.ts';

const schema = {
  summary: 'Alerts, newest first, each with its latest state',
  querystring: {
    type: 'object',
    properties: {
      state: { type: 'string', enum: ['firing', 'resolved'] },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
  },
} as const;

export function routeAlerts(server: FastifyInstance, parts: ApiParts): void {
  server.get<{ Querystring: { state?: 'firing' | 'resolved'; limit: number } }>(
    '/api/alerts',
    { schema, config: { scope: 'read' } },
    async (request) => {
      const { tenant } = credentialOf(request);
      return { alerts: parts.alerts.list({ tenant, ...request.query }) };
    },
  );
}
