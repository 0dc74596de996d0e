import type { FastifyInstance } from 'fastify';
import { relay } from './front.ts';
import type { StoreClient } from './store-client.ts';

/** Serves the chart of an alert to who has its signed address: messages show it, and their readers have no key. */
export function serveCharts(server: FastifyInstance, store: StoreClient): void {
  server.get<{ Params: { alert_id: string } }>(
    '/charts/:tenant/:alert_id.png',
    { config: { scope: 'link' } },
    async (request, reply) => {
      // What shows the message may fetch it for each of its readers.
      reply.header('cache-control', 'private, max-age=60');
      reply.header('x-content-type-options', 'nosniff');
      const path = `/api/alerts/${encodeURIComponent(request.params.alert_id)}/chart.png`;
      return relay({ store, request, reply, path });
    },
  );
}
