import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createAccess } from '../../../collector/src/access/access.ts';
import { journalFolder, socketPath } from '../../../collector/src/data-folder.ts';
import { openJournal } from '../../../collector/src/journal/journal.ts';
import { answerJournalRequest } from '../../../collector/src/lifecycle/journal-requests.ts';
import { type Options, readOptions } from '../../../collector/src/options.ts';
import { createIntake } from '../../../collector/src/receive/intake.ts';
import { buildServer } from '../../../collector/src/receive/server.ts';
import { connectStore } from '../../../collector/src/receive/store-client.ts';
import { startStoreProcess } from '../../../collector/src/store-process.ts';
import { recordingLog } from '../../support/log.ts';

/** A route as it was registered, in whichever of the two servers. */
export interface Route {
  readonly method: string;
  readonly url: string;
  readonly scope: string;
}

/** Both halves of the collector in this process, so that every route they register can be seen. */
export async function startWholeCollector(given: Partial<Options> & { readonly data: string }) {
  const options = readOptions({}, { port: 0, drift_interval_ms: 50, ...given });
  const routes: Route[] = [];
  const note = (message: unknown) => noteRoutes((message as { fastify: FastifyInstance }).fastify, routes);
  subscribe('fastify.initialization', note);
  const log = recordingLog();
  const journal = await openJournal({ ...options, folder: journalFolder(options) });
  const store = await startStoreProcess({
    environment: {},
    options,
    async send(message) {
      if (message.type === 'stored') await journal.release(message.position);
      if (message.type === 'journal') store.receive(await answerJournalRequest(journal, message));
    },
    fail(error) {
      throw error;
    },
    log,
  });
  journal.onDurable(() => store.receive({ type: 'durable', position: journal.durable() }));
  const access = createAccess({ ...options, now: Date.now, log });
  const server = await buildServer({
    ...{ host: options.host, access, journal, origins: [], tls: null, log },
    intake: createIntake({ ...options, journal, now: Date.now }),
    store: connectStore(socketPath(options)),
    page_folder: builtPage(options.data),
    isStoreReady: () => true,
    storeRestarts: () => 0,
  });
  const url = await server.listen({ host: options.host, port: 0 });
  unsubscribe('fastify.initialization', note);
  return {
    url,
    routes,
    log,
    async close() {
      await server.close();
      await journal.close();
      await store.stop();
      access.close();
    },
  };
}

function noteRoutes(server: FastifyInstance, routes: Route[]): void {
  server.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) routes.push({ method: one, url, scope: String(config?.scope) });
  });
}

function builtPage(data: string): string {
  const folder = join(data, 'page');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'page.js'), '');
  return folder;
}
