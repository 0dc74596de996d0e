import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import type { EraseSelector } from '../stores/store.ts';
import type { ApiParts } from './parts.ts';

const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const schema = {
  summary: 'Removes everything of a user, a conversation or a trace',
  body: {
    type: 'object',
    additionalProperties: false,
    properties: {
      user: text,
      conversation: text,
      trace: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' },
      dry_run: { type: 'boolean' },
    },
  },
} as const;

interface EraseBody {
  readonly user?: string;
  readonly conversation?: string;
  readonly trace?: string;
  readonly dry_run?: boolean;
}

/** An erasure takes its time, so it is begun here and asked for by its id. */
export function routeErase(server: FastifyInstance, { store, audit, lifecycle }: ApiParts): void {
  const options = { schema, config: { scope: 'admin' } } as const;
  server.post<{ Body: EraseBody }>('/api/erase', options, async (request, reply) => {
    const { tenant, actor } = credentialOf(request);
    const { dry_run, ...about } = request.body;
    const selector = selectorOf(tenant, about);
    if (dry_run)
      return {
        would_remove: await store.erase(selector, { dry_run }),
        not_searched: await lifecycle.copiesLeft(),
      };
    audit.record({ tenant, actor, action: 'erase', target: targetOf(about), details: {} });
    return reply.code(202).send(lifecycle.erasures.request(selector));
  });

  server.get<{ Params: { erasure_id: string } }>(
    '/api/erase/:erasure_id',
    { schema: { summary: 'How far an erasure is' }, config: { scope: 'admin' } },
    async (request) => {
      const { tenant } = credentialOf(request);
      const erasure = lifecycle.erasures.get(tenant, request.params.erasure_id);
      if (erasure === null) throw new SextantError('not_found', 'There is no such erasure.');
      return { ...erasure, not_searched: await lifecycle.copiesLeft() };
    },
  );
}

function selectorOf(tenant: string, { user, conversation, trace }: EraseBody): EraseSelector {
  if ([user, conversation, trace].filter((value) => value !== undefined).length !== 1)
    throw new SextantError('bad_request', 'Name one of user, conversation and trace.');
  if (user !== undefined) return { tenant, user_id: user };
  if (conversation !== undefined) return { tenant, conversation_id: conversation };
  return { tenant, trace_id: String(trace).toLowerCase() };
}

/** The audit stays when the person is forgotten, so it holds a digest: who knows the name can check it. */
function targetOf(about: EraseBody): string {
  const [[kind, value] = []] = Object.entries(about);
  return `${kind} sha256:${createHash('sha256').update(String(value)).digest('hex')}`;
}
