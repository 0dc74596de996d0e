import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { Matcher } from '../alerts/notify/matcher.ts';
import type { ApiParts } from './parts.ts';
import { parseTime } from './times.ts';

const admin = { scope: 'admin' } as const;

interface SilenceBody {
  readonly matchers: readonly (Omit<Matcher, 'isRegex' | 'isEqual'> & Partial<Matcher>)[];
  readonly startsAt?: string;
  readonly endsAt: string;
  readonly comment: string;
}

/** Silences, in the words of Alertmanager. */
export function routeAlertSilences(server: FastifyInstance, { alerts, audit, now_ms }: ApiParts): void {
  server.get(
    '/api/alert-silences',
    { schema: { summary: 'Silences, newest first, also those that have ended' }, config: { scope: 'read' } },
    async (request) => ({ silences: alerts.silences.list(credentialOf(request).tenant) }),
  );

  server.post<{ Body: SilenceBody }>(
    '/api/alert-silences',
    { schema: create_schema, config: admin },
    async (request, reply) => {
      const { tenant, actor } = credentialOf(request);
      const { matchers, startsAt = 'now', endsAt, comment } = request.body;
      const given = {
        matchers: matchers.map((matcher) => ({ isRegex: false, isEqual: true, ...matcher })),
        startsAt: isoTime(startsAt, now_ms()),
        endsAt: isoTime(endsAt, now_ms()),
        ...{ createdBy: actor, comment },
      };
      const silence = alerts.silences.create(tenant, given, now_ms());
      audit.record({ tenant, actor, action: 'silence.create', target: silence.id, details: given });
      return reply.code(201).send(silence);
    },
  );

  server.delete<{ Params: { id: string } }>(
    '/api/alert-silences/:id',
    { schema: { summary: 'Ends a silence now' }, config: admin },
    async (request) => {
      const { tenant, actor } = credentialOf(request);
      const silence = alerts.silences.expire(tenant, request.params.id, now_ms());
      audit.record({ tenant, actor, action: 'silence.expire', target: silence.id, details: {} });
      return silence;
    },
  );
}

function isoTime(text: string, now_ms: number): string {
  return new Date(parseTime(text, now_ms) / 1000).toISOString();
}

const create_schema = {
  summary: 'Silences alerts: they are kept, but nobody is told',
  body: {
    type: 'object',
    required: ['matchers', 'endsAt', 'comment'],
    additionalProperties: false,
    properties: {
      matchers: {
        type: 'array',
        minItems: 1,
        maxItems: 20,
        items: {
          type: 'object',
          required: ['name', 'value'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', maxLength: 100 },
            value: { type: 'string', maxLength: 500 },
            isRegex: { type: 'boolean' },
            isEqual: { type: 'boolean' },
          },
        },
      },
      startsAt: { type: 'string', maxLength: 40 },
      endsAt: { type: 'string', maxLength: 40 },
      comment: { type: 'string', maxLength: 1000 },
    },
  },
} as const;
