import type { FastifyInstance, FastifyRequest } from 'fastify';
import { default_tenant } from '../access/credential.ts';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import type { ApiParts } from './parts.ts';

const admin = { scope: 'admin' } as const;

interface NameParams {
  readonly name: string;
}

/** Where alerts go. Channels of the environment and the rules file are shown, and changed there. */
export function routeAlertChannels(server: FastifyInstance, { alerts, audit }: ApiParts): void {
  server.get(
    '/api/alert-channels',
    { schema: { summary: 'Channels, without their secrets' }, config: { scope: 'read' } },
    () => ({ channels: alerts.channels.list() }),
  );

  server.put<{ Params: NameParams; Body: object }>(
    '/api/alert-channels/:name',
    { schema: put_schema, config: admin },
    async (request) => {
      const { tenant, actor } = operatorOf(request);
      const { name } = request.params;
      const channel = await alerts.channels.put(name, request.body);
      const { kind, settings } = channel;
      audit.record({ tenant, actor, action: 'alert_channel.put', target: name, details: { kind, settings } });
      return channel;
    },
  );

  server.delete<{ Params: NameParams }>(
    '/api/alert-channels/:name',
    { schema: { summary: 'Removes a channel that was made by the API' }, config: admin },
    async (request) => {
      const { tenant, actor } = operatorOf(request);
      const { name } = request.params;
      alerts.channels.remove(name);
      audit.record({ tenant, actor, action: 'alert_channel.remove', target: name, details: {} });
      return { removed: name };
    },
  );

  server.post<{ Params: NameParams }>(
    '/api/alert-channels/:name/test',
    { schema: { summary: 'Sends a test notification and says what came of it' }, config: admin },
    async (request) => {
      const { tenant, actor } = operatorOf(request);
      const { name } = request.params;
      audit.record({ tenant, actor, action: 'alert.test', target: name, details: {} });
      return alerts.test(name);
    },
  );
}

/** Channels belong to the operator: a tenant of his must not have messages sent to others. */
function operatorOf(request: FastifyRequest) {
  const credential = credentialOf(request);
  if (credential.tenant !== default_tenant)
    throw new SextantError(
      'forbidden',
      `Channels are tested and changed with a key of the tenant ${default_tenant}.`,
    );
  return credential;
}

const put_schema = {
  summary: 'Makes or replaces a channel; secrets that are not given stay, unless its address changes',
  body: { type: 'object' },
} as const;
