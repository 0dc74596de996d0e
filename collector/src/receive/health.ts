import type { FastifyInstance } from 'fastify';
import { SextantError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { comparePositions, type Position } from '../stores/store.ts';
import type { Intake } from './intake.ts';
import { renderMetrics } from './metrics.ts';
import type { Stats, StoreStats } from './stats.ts';
import type { StoreClient } from './store-client.ts';

export interface HealthParts {
  readonly journal: Pick<Journal, 'bytes' | 'isAccepting' | 'durable'>;
  readonly intake: Intake;
  readonly store: StoreClient;
  isStoreReady(): boolean;
  storeRestarts(): number;
}

export function reportHealth(server: FastifyInstance, parts: HealthParts): void {
  server.get('/healthz', { config: { scope: 'public' } }, async () => ({ status: 'up' }));
  server.get('/readyz', { config: { scope: 'public' } }, async (_request, reply) => {
    // Not an error: it is what a probe asks for, so it is not counted among refused requests.
    const is_ready = parts.journal.isAccepting() && (await readStore(parts)) !== null;
    return reply.code(is_ready ? 200 : 503).send({ status: is_ready ? 'ready' : 'not ready' });
  });
  server.get('/api/stats', { config: { scope: 'read' } }, async () => statsOf(parts, await readStore(parts)));
  server.get('/metrics', { config: { scope: 'read' } }, async (_request, reply) => {
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

function statsOf({ intake, ...parts }: HealthParts, store: StoreStats | null): Stats {
  const { signals, refused, connections_dropped } = intake.counters;
  return {
    accepted: signals.traces.accepted,
    stored: store?.stored ?? 0,
    rejected: signals.traces.rejected,
    duplicated: store?.duplicated ?? 0,
    dropped: sumCounts([...Object.values(signals).map(({ dropped }) => dropped), store?.dropped ?? {}]),
    refused: { ...refused },
    redacted: store?.redacted ?? {},
    damaged_days: store?.damaged_days ?? [],
    signals,
    in_flight_bytes: intake.admission.inFlightBytes(),
    connections: { open: intake.connections.open(), dropped: connections_dropped },
    journal: {
      bytes: parts.journal.bytes(),
      lag_bytes: store && lagBytes(parts.journal.durable(), store),
      lag_ms: store?.journal_lag_ms ?? null,
    },
    store: { name: store?.name ?? null, ready: store !== null, restarts: parts.storeRestarts() },
  };
}

/** The store may not have been told of the newest records yet. */
function lagBytes(durable: Position, { stored_position, journal_lag_bytes }: StoreStats): number {
  if (comparePositions(durable, stored_position) <= 0) return 0;
  const same = durable.segment === stored_position.segment;
  return Math.max(journal_lag_bytes, durable.offset - (same ? stored_position.offset : 0));
}

/** By reason, over all signals and both processes. */
function sumCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = Object.create(null);
  for (const [name, count] of counts.flatMap((each) => Object.entries(each)))
    sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
