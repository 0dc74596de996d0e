import type { FastifyInstance } from 'fastify';
import { createAccess } from './access/access.ts';
import { checkStart } from './access/check-start.ts';
import { journalFolder, socketPath } from './data-folder.ts';
import { lockData } from './data-lock.ts';
import { SextantError } from './errors.ts';
import { openJournal } from './journal/journal.ts';
import { answerJournalRequest } from './lifecycle/journal-requests.ts';
import type { Log } from './log.ts';
import type { FromStore } from './messages.ts';
import type { Options } from './options.ts';
import { parseOrigins } from './receive/cors.ts';
import { startGrpc } from './receive/grpc/server.ts';
import { createIntake } from './receive/intake.ts';
import { buildServer } from './receive/server.ts';
import { connectStore } from './receive/store-client.ts';
import { openTls } from './receive/tls.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * The receiving process: HTTP, journal, front of the API. It tells the store process when to begin, and how far it
 * may read.
 *
 *   senders ─▶ server ─▶ journal ──files──▶ store process
 *   readers ─▶ server ──socket──▶ store process
 */
export interface Ingest {
  /** Address of the page, such as http://127.0.0.1:4318. */
  readonly url: string;
  close(): Promise<void>;
}

export interface IngestSettings {
  readonly options: Options;
  readonly supervisor: Supervisor;
  readonly page_folder: string;
  readonly log: Log;
}

export async function startIngest(settings: IngestSettings): Promise<Ingest> {
  const { options, supervisor, log } = settings;
  const origins = parseOrigins(options.cors_origins);
  const tls = await openTls({ ...options, log });
  const lock = await lockData(options.data);
  const access = createAccess({ ...options, now: Date.now, log });
  checkStart(options, access, log);
  const journal = await openJournal({
    folder: journalFolder(options),
    segment_bytes: options.segment_bytes,
    journal_bytes_max: options.journal_bytes_max,
    journal_keep_bytes: options.journal_keep_bytes,
    onRefuse: (error) => log.error({ error, cause: error.cause }, 'The journal refuses records.'),
  });
  const intake = createIntake({ ...options, journal, now: Date.now });
  const store = connectStore(socketPath(options));
  const durable = () => ({ type: 'durable', position: journal.durable() }) as const;
  const reportRelease = (error: unknown) => log.error({ error }, 'A journal segment could not be removed.');
  const server = await buildServer({
    ...settings,
    host: options.host,
    access,
    intake,
    journal,
    origins,
    tls,
    store,
    isStoreReady: supervisor.isReady,
    storeRestarts: supervisor.restarts,
  });
  const grpc = await startGrpc({ ...options, access, intake, tls, log });
  const url = pageUrl(options, await listen(server, options));
  supervisor.begin({
    greeting: () => [{ type: 'begin', public_url: options.public_url ?? url }, durable()],
    onMessage: (message: FromStore) => {
      if (message.type === 'stored') journal.release(message.position).catch(reportRelease);
      if (message.type === 'journal') void answerJournalRequest(journal, message).then(supervisor.send);
    },
  });
  journal.onDurable(() => supervisor.send(durable()));
  return {
    url,
    async close() {
      await Promise.all([server.close(), grpc?.close()]);
      await journal.close();
      await supervisor.stop();
      access.close();
      tls?.close();
      lock.release();
    },
  };
}

async function listen(server: FastifyInstance, { host, port }: Options): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what =
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is taken; choose another with --port.`
        : `Port ${port} of ${host} cannot be listened on (${message}); see --port and --host.`;
    throw new SextantError('startup_failed', what, { cause });
  }
}

function pageUrl(options: Options, address: string): string {
  const { port } = new URL(address);
  const any = options.host === '0.0.0.0' || options.host === '::';
  const scheme = options.tls_certificate === null ? 'http' : 'https';
  return `${scheme}://${any ? 'localhost' : options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
}
