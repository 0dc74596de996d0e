import swagger from '@fastify/swagger';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { readForwarded } from '../access/forwarded.ts';
import { enforceScopes } from '../access/route-scope.ts';
import { isDiskFull } from '../disk-full.ts';
import { errors, SextantError } from '../errors.ts';
import { routeAlertChannels } from './alert-channels.ts';
import { routeAlertRules } from './alert-rules.ts';
import { routeAlertSilences } from './alert-silences.ts';
import { routeAlerts, routeDeliveries } from './alerts.ts';
import { routeBackup } from './backup.ts';
import { routeDrift } from './drift.ts';
import { routeErase } from './erase.ts';
import { routeExport } from './export.ts';
import { routeOverview } from './overview.ts';
import type { ApiParts } from './parts.ts';
import { routeReferences } from './references.ts';
import { routeSignals } from './signals.ts';
import { routeSql } from './sql.ts';
import { routeTraces } from './traces.ts';

/** The API of the store process. It listens on a socket in the data folder; the receiving process is its front. */
export async function buildApi(parts: ApiParts): Promise<FastifyInstance> {
  const server = fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true, exposeHeadRoutes: false });
  enforceScopes(server, (request) => readForwarded(request.headers));
  server.setErrorHandler(async (error: FastifyError | SextantError, request, reply) => {
    const known = asSextantError(error);
    if (known.code === 'internal' || known.code === 'disk_full')
      parts.log.error(
        { error, method: request.method, path: request.url.split('?', 1)[0] },
        'A request failed.',
      );
    if (errors[known.code].retry) reply.header('retry-after', '5');
    return reply.code(known.status).send({ code: known.code, message: known.message });
  });
  server.setNotFoundHandler(async () => {
    throw new SextantError('not_found');
  });
  await server.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Sextant collector', version: '0.1.0' } },
  });
  const unlisted = { schema: { hide: true }, config: { scope: 'read' } } as const;
  server.get('/internal/stats', unlisted, () => parts.stats());
  server.get('/api/openapi.json', unlisted, async () => server.swagger());
  routeTraces(server, parts);
  routeSignals(server, parts);
  routeOverview(server, parts);
  routeDrift(server, parts);
  routeReferences(server, parts);
  routeAlerts(server, parts);
  routeDeliveries(server, parts);
  routeAlertChannels(server, parts);
  routeAlertRules(server, parts);
  routeAlertSilences(server, parts);
  routeSql(server, parts);
  routeErase(server, parts);
  routeExport(server, parts);
  routeBackup(server, parts);
  return server;
}

function asSextantError(error: FastifyError | SextantError): SextantError {
  if (error instanceof SextantError) return error;
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new SextantError('bad_request', error.message, { cause: error });
  }
  const code = isDiskFull(error) ? 'disk_full' : 'internal';
  return new SextantError(code, undefined, { cause: error });
}
