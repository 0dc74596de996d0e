import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import type { ReferencePolicy } from '../watch/reference-policy.ts';
import type { ApiParts } from './parts.ts';
import { parseTime } from './times.ts';

const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const schema = {
  summary: 'Says what a feature is compared with',
  body: {
    type: 'object',
    required: ['feature', 'kind'],
    additionalProperties: false,
    properties: {
      feature: text,
      kind: { enum: ['pinned', 'rolling', 'seasonal', 'last_good', 'reset'] },
      from: text,
      to: text,
      name: text,
    },
  },
} as const;

interface ReferenceBody {
  readonly feature: string;
  readonly kind: 'pinned' | 'rolling' | 'seasonal' | 'last_good' | 'reset';
  readonly from?: string;
  readonly to?: string;
  readonly name?: string;
}

export function routeReferences(server: FastifyInstance, { watch, audit, now_ms }: ApiParts): void {
  server.get(
    '/api/drift/references',
    { schema: { summary: 'What features are compared with' }, config: { scope: 'read' } },
    async (request) => ({ references: watch?.references(credentialOf(request).tenant) ?? [] }),
  );

  const options = { schema, config: { scope: 'admin' } } as const;
  server.post<{ Body: ReferenceBody }>('/api/drift/references', options, async (request) => {
    const { tenant, actor } = credentialOf(request);
    const { feature, kind, ...details } = request.body;
    if (watch === null) throw new SextantError('not_found', 'Watching is switched off.');
    const policy = kind === 'reset' ? null : policyOf(request.body, now_ms());
    if (policy === null) await watch.resetReference({ tenant, feature });
    else await watch.setReference({ tenant, feature }, policy);
    audit.record({ tenant, actor, action: `reference.${kind}`, target: feature, details });
    return { references: watch.references(tenant).filter((reference) => reference.feature === feature) };
  });
}

function policyOf({ kind, from, to, name }: ReferenceBody, now_ms: number): ReferencePolicy {
  if (kind !== 'pinned') return { kind: kind === 'reset' ? 'first' : kind };
  if (from === undefined || to === undefined) {
    throw new SextantError('bad_request', 'A pinned reference needs a range: from and to.');
  }
  return { kind, from_us: parseTime(from, now_ms), to_us: parseTime(to, now_ms), name: name ?? null };
}
