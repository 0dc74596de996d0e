import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { whenGone } from './abort.ts';
import type { ApiParts } from './parts.ts';
import { isoTime, parseTime } from './times.ts';

const text = { type: 'string', maxLength: 1024 } as const;
const default_range_us = 86_400_000_000;
const points_wanted = 120;
/** Steps people can read, in microseconds: from a second to a day. */
const steps_us = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 86_400].map(
  (seconds) => seconds * 1_000_000,
);

interface RangeQuery {
  from?: string;
  to?: string;
  service?: string;
  model?: string;
}

/** What there is to filter by, and how it went over time. */
export function routeOverview(server: FastifyInstance, parts: ApiParts): void {
  const range = (query: RangeQuery) => {
    const to_us = query.to === undefined ? parts.now_ms() * 1000 : parseTime(query.to, parts.now_ms());
    const from_us =
      query.from === undefined ? to_us - default_range_us : parseTime(query.from, parts.now_ms());
    return { from_us, to_us };
  };

  server.get<{ Querystring: RangeQuery }>(
    '/api/facets',
    {
      schema: {
        summary: 'Values to filter by, with their counts',
        querystring: { type: 'object', properties: { from: text, to: text } },
      },
      config: { scope: 'read' },
    },
    async (request, reply) => {
      const signal = whenGone(reply);
      const { tenant } = credentialOf(request);
      const rows = await parts.store.query('facets', { tenant, ...range(request.query) }, { signal });
      const facets = ['services', 'models', 'operations', 'agents', 'prompt_versions'] as const;
      const values = (facet: string) =>
        rows
          .filter((row) => row['facet'] === facet)
          .map((row) => ({ value: row['value'], count: row['count'] }));
      return Object.fromEntries(facets.map((facet) => [facet, values(facet)]));
    },
  );

  server.get<{ Querystring: RangeQuery }>(
    '/api/timeline',
    {
      schema: {
        summary: 'Spans, errors, tokens and cost over time',
        querystring: { type: 'object', properties: { from: text, to: text, service: text, model: text } },
      },
      config: { scope: 'read' },
    },
    async (request, reply) => {
      const { from_us, to_us } = range(request.query);
      const step_us =
        steps_us.find((step) => (to_us - from_us) / step <= points_wanted) ?? (steps_us.at(-1) as number);
      const { service, model } = request.query;
      const { tenant } = credentialOf(request);
      const parameters = { tenant, from_us, to_us, step_us, service: service || null, model: model || null };
      const rows = await parts.store.query('timeline', parameters, { signal: whenGone(reply) });
      return { points: rows.map((row) => ({ ...row, time: isoTime(row['time']) })), step_ms: step_us / 1000 };
    },
  );
}
