import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { type AccessSettings, createAccess } from '../../collector/src/access/access.ts';
import type { Journal } from '../../collector/src/journal/journal.ts';
import { openJournal } from '../../collector/src/journal/journal.ts';
import { createIntake, type IntakeParts } from '../../collector/src/receive/intake.ts';
import { buildServer, type ServerParts } from '../../collector/src/receive/server.ts';
import { connectStore } from '../../collector/src/receive/store-client.ts';
import { temporaryFolder } from './folder.ts';
import { recordingLog } from './log.ts';

type Given = Partial<Omit<ServerParts, 'journal'>> &
  Partial<IntakeParts> &
  Partial<Pick<AccessSettings, 'key' | 'insecure'>> & { readonly journal?: Journal };

/** The receiving server with a real journal and no store process behind it. */
export async function startReceiver({ key = null, insecure = true, ...given }: Given = {}) {
  const folder = temporaryFolder();
  const journal: Journal =
    given.journal ?? (await openJournal({ folder, segment_bytes: 1e6, journal_bytes_max: 1e9 }));
  const log = recordingLog();
  const { host = '127.0.0.1', now = Date.now } = given;
  const intake = createIntake({
    journal,
    body_bytes_max: 1_000_000,
    in_flight_bytes_max: 10_000_000,
    tenant_bytes_per_second: 0,
    tenant_requests_per_second: 0,
    connections_max: 100,
    body_timeout_ms: 60_000,
    now,
    ...given,
  });
  const access = createAccess({ data: folder, key, host, insecure, now, log });
  const server: FastifyInstance = await buildServer({
    host,
    access,
    intake,
    journal,
    origins: [],
    tls: null,
    store: connectStore(`${folder}/none.sock`),
    page_folder: `${folder}/page`,
    isStoreReady: () => false,
    storeRestarts: () => 0,
    log,
    ...given,
  });
  onTestFinished(async () => {
    await server.close();
    await journal.close();
    access.close();
  });
  return { server, journal, intake, access, counters: intake.counters, folder, log };
}
