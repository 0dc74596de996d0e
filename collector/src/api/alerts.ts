import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { readRunbook } from '../alerts/runbook.ts';
import type { ApiParts } from './parts.ts';

const limit = { type: 'integer', minimum: 1, maximum: 1000, default: 100 } as const;
const read = { scope: 'read' } as const;
const admin = { scope: 'admin' } as const;

interface AlertParams {
  readonly alert_id: string;
}

/** Alerts: what fires, what waits to, and who has taken it. */
export function routeAlerts(server: FastifyInstance, parts: ApiParts): void {
  const { alerts, audit } = parts;
  server.get<{ Querystring: { state?: 'firing' | 'resolved'; limit: number } }>(
    '/api/alerts',
    { schema: list_schema, config: read },
    async (request) => {
      const { tenant } = credentialOf(request);
      return { alerts: alerts.list({ tenant, ...request.query }) };
    },
  );

  server.get<{ Querystring: { limit: number } }>(
    '/api/alert-states',
    { schema: states_schema, config: read },
    async (request) => ({ states: alerts.states(credentialOf(request).tenant, request.query.limit) }),
  );

  server.get<{ Params: AlertParams }>(
    '/api/alerts/:alert_id',
    { schema: { summary: 'One alert, with how far its notifications have come' }, config: read },
    async (request) => alerts.get(credentialOf(request).tenant, request.params.alert_id),
  );

  server.get<{ Params: AlertParams }>(
    '/api/alerts/:alert_id/chart.png',
    { schema: { summary: 'A chart of what the alert is about, as PNG' }, config: read },
    async (request, reply) => {
      const png = await alerts.chart(credentialOf(request).tenant, request.params.alert_id);
      return reply.type('image/png').send(png);
    },
  );

  server.post<{ Params: AlertParams }>(
    '/api/alerts/:alert_id/acknowledge',
    { schema: { summary: 'Says that somebody takes care of an alert: it is not repeated' }, config: admin },
    async (request) => {
      const { tenant, actor } = credentialOf(request);
      const { alert_id } = request.params;
      alerts.get(tenant, alert_id);
      audit.record({ tenant, actor, action: 'alert.acknowledge', target: alert_id, details: {} });
      return alerts.acknowledge(tenant, alert_id, actor);
    },
  );

  server.get<{ Params: { kind: string } }>(
    '/api/runbooks/:kind',
    { schema: { summary: 'What to do about alerts of a kind of rule, as Markdown' }, config: read },
    async (request, reply) =>
      reply.type('text/markdown; charset=utf-8').send(readRunbook(request.params.kind)),
  );
}

/** Notifications on their way, and what became of them. */
export function routeDeliveries(server: FastifyInstance, { alerts, audit }: ApiParts): void {
  server.get<{ Querystring: { state?: 'pending' | 'delivered' | 'dead'; limit: number } }>(
    '/api/alert-deliveries',
    { schema: deliveries_schema, config: read },
    async (request) => {
      const { tenant } = credentialOf(request);
      return { deliveries: alerts.deliveries.log({ tenant, ...request.query }) };
    },
  );

  server.get<{ Params: { sequence: number } }>(
    '/api/alert-deliveries/:sequence/attempts',
    { schema: attempts_schema, config: read },
    async (request) => {
      const { tenant } = credentialOf(request);
      return { attempts: alerts.deliveries.attempts(tenant, request.params.sequence) };
    },
  );

  server.post<{ Params: { sequence: number } }>(
    '/api/alert-deliveries/:sequence/replay',
    { schema: replay_schema, config: admin },
    async (request) => {
      const { tenant, actor } = credentialOf(request);
      const { sequence } = request.params;
      const target = String(sequence);
      audit.record({ tenant, actor, action: 'alert.replay', target, details: {} });
      return alerts.deliveries.replay(tenant, sequence);
    },
  );
}

const list_schema = {
  summary: 'Alerts, newest first, each with its latest state',
  querystring: {
    type: 'object',
    properties: { state: { type: 'string', enum: ['firing', 'resolved'] }, limit },
  },
} as const;

const states_schema = {
  summary: 'What rules watch and is pending, firing, without data or in error',
  querystring: { type: 'object', properties: { limit } },
} as const;

const deliveries_schema = {
  summary: 'Notifications by channel, newest first, with what became of them',
  querystring: {
    type: 'object',
    properties: { state: { type: 'string', enum: ['pending', 'delivered', 'dead'] }, limit },
  },
} as const;

const sequence_params = {
  type: 'object',
  properties: { sequence: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } },
} as const;

const attempts_schema = {
  summary: 'Each attempt of a delivery, oldest first: when, what the receiver answered, how long it took',
  params: sequence_params,
} as const;

const replay_schema = {
  summary: 'Has a dead notification sent again, with the same id',
  params: sequence_params,
} as const;
