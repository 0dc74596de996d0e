import type { FastifyInstance } from 'fastify';
import { SextantError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Counters } from './counters.ts';
import { renderMetrics } from './metrics.ts';
import type { StoreClient } from './store-client.ts';

export interface HealthParts {
  readonly journal: Journal;
  readonly counters: Counters;
  readonly store: StoreClient;
  isStoreReady(): boolean;
  storeRestarts(): number;
}

/** What the store process reports on its socket under /internal/stats. */
export interface StoreStats {
  readonly name: string;
  readonly stored: number;
  readonly duplicated: number;
  readonly journal_lag_bytes: number;
  readonly journal_lag_ms: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly watch: { readonly rounds: number; readonly errors: number };
  readonly notifications: Readonly<Record<string, number>>;
}

export interface Stats {
  readonly accepted: number;
  readonly stored: number;
  readonly rejected: number;
  readonly duplicated: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly journal: {
    readonly bytes: number;
    readonly lag_bytes: number | null;
    readonly lag_ms: number | null;
  };
  readonly store: { readonly name: string | null; readonly ready: boolean; readonly restarts: number };
}

export function reportHealth(server: FastifyInstance, parts: HealthParts): void {
  server.get('/healthz', async () => ({ status: 'up' }));
  server.get('/readyz', async () => {
    if (!(await readStore(parts))) throw new SextantError('store_unavailable');
    return { status: 'ready' };
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
