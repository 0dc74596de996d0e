import type { FastifyInstance } from 'fastify';
import { SextantError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Counters } from './counters.ts';
import { renderMetrics } from './metrics.ts';
import type { Stats, StoreStats } from './stats.ts';
import type { StoreClient } from './store-client.ts';

export interface HealthParts {
  readonly journal: Journal;
  readonly counters: Counters;
  readonly store: StoreClient;
  isStoreReady(): boolean;
  storeRestarts(): number;
}

export function reportHealth(server: FastifyInstance, parts: HealthParts): void {
  server.get('/healthz', async () => ({ status: 'up' }));
  server.get('/readyz', async (_request, reply) => {
    // Not an error: it is what a probe asks for, so it is not counted among refused requests.
    const is_ready = parts.journal.isAccepting() && (await readStore(parts)) !== null;
    return reply.code(is_ready ? 200 : 503).send({ status: is_ready ? 'ready' : 'not ready' });
  });
  server.get('/api/stats', async () => statsOf(parts, await readStore(parts)));
  server.get('/metrics', async (_request, reply) => {
    const store = await readStore(parts);
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return renderMetrics(statsOf(parts, store), store);
  });
}

/** Null while the store does not answer: figures of the receiving side are worth having without it. */
async function readStore(parts: HealthParts): Promise<StoreStats | null> {
  if (!parts.isStoreReady()) return null;
  try {
    return (await parts.store.getJson('/internal/stats')) as StoreStats;
  } catch (error) {
    if (error instanceof SextantError) return null;
    throw error;
  }
}

function statsOf(parts: HealthParts, store: StoreStats | null): Stats {
  const { accepted, rejected, dropped, refused } = parts.counters;
  return {
    accepted,
    stored: store?.stored ?? 0,
    rejected,
    duplicated: store?.duplicated ?? 0,
    dropped: { ...dropped, ...store?.dropped },
    refused: { ...refused },
    journal: {
      bytes: parts.journal.bytes(),
      lag_bytes: store?.journal_lag_bytes ?? null,
      lag_ms: store?.journal_lag_ms ?? null,
    },
    store: { name: store?.name ?? null, ready: store !== null, restarts: parts.storeRestarts() },
  };
}
