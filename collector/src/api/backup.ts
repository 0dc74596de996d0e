import type { FastifyInstance, FastifyRequest } from 'fastify';
import { default_tenant } from '../access/credential.ts';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import type { ApiParts } from './parts.ts';

interface NamedParams {
  readonly name: string;
}

const config = { scope: 'admin' } as const;

/** A backup takes its time, so it is begun here, asked for by its name, and read file by file. */
export function routeBackup(server: FastifyInstance, { audit, lifecycle: { backups } }: ApiParts): void {
  server.post('/api/backup', { schema: { summary: 'Begins a backup' }, config }, async (request, reply) => {
    const { tenant, actor } = operatorOf(request);
    const backup = backups.begin();
    audit.record({ tenant, actor, action: 'backup', target: backup.name, details: {} });
    return reply.code(202).send(backup);
  });

  server.get<{ Params: NamedParams }>(
    '/api/backup/:name',
    { schema: { summary: 'How far a backup is, and its files' }, config },
    async (request) => {
      operatorOf(request);
      const backup = await backups.get(request.params.name);
      if (backup === null) throw new SextantError('not_found', 'There is no such backup.');
      return backup;
    },
  );

  const file_schema = {
    summary: 'A file of a backup',
    querystring: {
      type: 'object',
      required: ['path'],
      properties: { path: { type: 'string', maxLength: 256 } },
    },
  } as const;
  server.get<{ Params: NamedParams; Querystring: { path: string } }>(
    '/api/backup/:name/file',
    { schema: file_schema, config },
    async (request, reply) => {
      const { tenant, actor } = operatorOf(request);
      const { name } = request.params;
      const { path } = request.query;
      const stream = await backups.read(name, path);
      audit.record({ tenant, actor, action: 'backup.read', target: name, details: { path } });
      return reply.type('application/octet-stream').send(stream);
    },
  );

  server.delete<{ Params: NamedParams }>(
    '/api/backup/:name',
    { schema: { summary: 'Removes a backup from the data folder' }, config },
    async (request) => {
      const { tenant, actor } = operatorOf(request);
      const { name } = request.params;
      audit.record({ tenant, actor, action: 'backup.remove', target: name, details: {} });
      await backups.remove(name);
      return { removed: name };
    },
  );
}

/** A backup holds the rows of all tenants, so only the operator's own has to do with it. */
function operatorOf(request: FastifyRequest) {
  const credential = credentialOf(request);
  if (credential.tenant !== default_tenant)
    throw new SextantError('forbidden', `Backups are made with a key of the tenant ${default_tenant}.`);
  return credential;
}
