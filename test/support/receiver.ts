import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../collector/src/journal/journal.ts';
import { openJournal } from '../../collector/src/journal/journal.ts';
import { newCounters } from '../../collector/src/receive/counters.ts';
import { buildServer, type ServerParts } from '../../collector/src/receive/server.ts';
import { connectStore } from '../../collector/src/receive/store-client.ts';
import { temporaryFolder } from './folder.ts';
import { recordingLog } from './log.ts';

/** The receiving server with a real journal and no store process behind it. */
export async function startReceiver(given: Partial<ServerParts> = {}) {
  const folder = temporaryFolder();
  const journal: Journal =
    given.journal ?? (await openJournal({ folder, segment_bytes: 1e6, journal_bytes_max: 1e9 }));
  const counters = newCounters();
  const log = recordingLog();
  const server: FastifyInstance = await buildServer({
    host: '127.0.0.1',
    key: null,
    body_bytes_max: 1_000_000,
    journal,
    counters,
    store: connectStore(`${folder}/none.sock`),
    page_folder: `${folder}/page`,
    isStoreReady: () => false,
    storeRestarts: () => 0,
    now: Date.now,
    log,
    ...given,
  });
  onTestFinished(async () => {
    await server.close();
    await journal.close();
  });
  return { server, journal, counters, folder, log };
}
