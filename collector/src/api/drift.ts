import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { Compatibility } from '../watch/detect.ts';
import { whenGone } from './abort.ts';
import type { ApiParts } from './parts.ts';
import { isoTime, parseTime } from './times.ts';

const text = { type: 'string', maxLength: 1024 } as const;

interface VerdictsQuery {
  feature?: string;
  slice_key?: string;
  slice_value?: string;
  from?: string;
  to?: string;
}

interface DetectBody {
  from: string;
  to: string;
  reference_from: string;
  reference_to: string;
  feature?: string;
  slice?: { key: string; value: string };
  compatibility?: Compatibility;
}

export function routeDrift(server: FastifyInstance, parts: ApiParts): void {
  server.get(
    '/api/drift',
    { schema: { summary: 'What is watched, and how far' }, config: { scope: 'read' } },
    async (request) => ({ features: parts.watch?.status(credentialOf(request).tenant) ?? [] }),
  );

  server.get<{ Querystring: VerdictsQuery }>(
    '/api/drift/verdicts',
    {
      schema: {
        summary: 'Verdicts, oldest first',
        querystring: {
          type: 'object',
          properties: { feature: text, slice_key: text, slice_value: text, from: text, to: text },
        },
      },
      config: { scope: 'read' },
    },
    async (request, reply) => {
      const { feature, slice_key, slice_value, from, to } = request.query;
      const parameters = {
        tenant: credentialOf(request).tenant,
        feature: feature ?? null,
        slice_key: slice_key ?? null,
        slice_value: slice_value ?? null,
        from_us: from === undefined ? null : parseTime(from, parts.now_ms()),
        to_us: to === undefined ? null : parseTime(to, parts.now_ms()),
      };
      const rows = await parts.store.query('verdicts', parameters, { signal: whenGone(reply) });
      return {
        verdicts: rows.map(({ details, ...row }) => ({
          ...JSON.parse(String(details)),
          ...row,
          window_start: isoTime(row['window_start']),
          window_end: isoTime(row['window_end']),
        })),
      };
    },
  );

  const detect_schema = {
    summary: 'Compares two ranges of time now',
    body: {
      type: 'object',
      required: ['from', 'to', 'reference_from', 'reference_to'],
      properties: {
        from: text,
        to: text,
        reference_from: text,
        reference_to: text,
        feature: text,
        slice: { type: 'object', required: ['key', 'value'], properties: { key: text, value: text } },
        compatibility: { type: 'string', enum: ['vertex'] },
      },
    },
  } as const;
  // It changes nothing, so it needs no more than reading does.
  const detect_options = { schema: detect_schema, config: { scope: 'read' } } as const;
  server.post<{ Body: DetectBody }>('/api/detect', detect_options, async (request) => {
    const { body } = request;
    const time = (value: string) => parseTime(value, parts.now_ms());
    const verdicts = await parts.detect({
      tenant: credentialOf(request).tenant,
      from_us: time(body.from),
      to_us: time(body.to),
      reference_from_us: time(body.reference_from),
      reference_to_us: time(body.reference_to),
      ...(body.feature === undefined ? {} : { feature: body.feature }),
      ...(body.slice === undefined ? {} : { slice: body.slice }),
      ...(body.compatibility === undefined ? {} : { compatibility: body.compatibility }),
    });
    return { verdicts };
  });
}
