import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../support/seeded-random.ts';
import { makeSpans } from './spans.ts';

/**
 * Senders that never give up and never wait long: each sends one request after the other, with the same bytes
 * again whenever the connection breaks, the answer takes too long, or the collector asks to come back later.
 */
export interface Senders {
  /** Ids of the spans that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  readonly figures: SenderFigures;
  /** What no answer may be. */
  readonly violations: readonly string[];
  /** Resolves when nothing is under way; until `resume` nothing more is sent. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends also what was not acknowledged. */
  stop(): Promise<void>;
}

export interface SenderFigures {
  requests: number;
  retries: number;
  asked_to_wait: number;
}

export interface SendersOptions {
  readonly port: number;
  readonly senders: number;
  readonly seed: number;
}

export function startSenders(options: SendersOptions): Senders {
  const acknowledged = new Set<string>();
  const violations: string[] = [];
  const figures: SenderFigures = { requests: 0, retries: 0, asked_to_wait: 0 };
  const stopping = new AbortController();
  const shared = { acknowledged, violations, figures, signal: stopping.signal };
  let is_running = true;
  let ended: Promise<unknown> = Promise.resolve();
  const senders = Array.from({ length: options.senders }, (_, number) =>
    createSender({ port: options.port, number, random: seededRandom(options.seed * 1_000 + number) }, shared),
  );
  const start = () => {
    is_running = true;
    ended = Promise.all(senders.map((sendOne) => repeat(sendOne, () => is_running)));
  };
  start();
  const pause = async () => {
    is_running = false;
    await ended;
  };
  return {
    acknowledged,
    violations,
    figures,
    pause,
    resume: start,
    async stop() {
      stopping.abort();
      await pause();
    },
  };
}

async function repeat(work: () => Promise<void>, goesOn: () => boolean): Promise<void> {
  while (goesOn()) await work();
}

interface SenderOptions {
  readonly port: number;
  readonly number: number;
  readonly random: () => number;
}

interface Shared {
  readonly acknowledged: Set<string>;
  readonly violations: string[];
  readonly figures: SenderFigures;
  readonly signal: AbortSignal;
}

/** Returns a function that sends the next request until it is acknowledged. */
function createSender({ port, number, random }: SenderOptions, shared: Shared): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { acknowledged, violations, figures, signal } = shared;
  let sequence = 0;
  return async () => {
    const { ids, body } = makeSpans({ sender: number, first: sequence, count: 1 + Math.floor(random() * 4) });
    sequence += ids.length;
    const encoding = random() < 0.5 ? 'gzip' : 'identity';
    const encoded = encoding === 'gzip' ? gzipSync(body) : body;
    figures.requests += 1;
    while (!signal.aborted) {
      const patience_ms = Math.ceil(200 + random() * 1_500);
      const answer = await send({ port, agent, encoding, body: encoded, patience_ms });
      if (answer.status === 200) {
        for (const id of ids) acknowledged.add(id);
        break;
      }
      figures.retries += 1;
      violations.push(...wrongIn(answer));
      if (answer.retry_after_s !== null) figures.asked_to_wait += 1;
      await sleep(answer.retry_after_s === null ? 10 + random() * 40 : answer.retry_after_s * 1_000);
    }
    await sleep(random() * 100);
  };
}

interface Answer {
  /** Null where the connection broke or the answer took too long. */
  readonly status: number | null;
  readonly retry_after_s: number | null;
}

function wrongIn({ status, retry_after_s }: Answer): string[] {
  if (status === null) return [];
  if (status !== 503 && status !== 429) return [`A request was answered ${status}.`];
  return retry_after_s === null ? [`${status} without Retry-After.`] : [];
}

interface Sending {
  readonly port: number;
  readonly agent: Agent;
  readonly encoding: string;
  readonly body: Buffer;
  readonly patience_ms: number;
}

function send({ port, agent, encoding, body, patience_ms }: Sending): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': encoding,
      'content-length': body.length,
    };
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/v1/traces',
      method: 'POST',
      agent,
      headers,
      signal: AbortSignal.timeout(patience_ms),
    });
    outgoing.on('response', (response) => resolve(answerOf(response)));
    outgoing.on('error', () => resolve({ status: null, retry_after_s: null }));
    outgoing.end(body);
  });
}

function answerOf(response: IncomingMessage): Promise<Answer> {
  const retry_after = response.headers['retry-after'];
  const answer = {
    status: response.statusCode ?? null,
    retry_after_s: retry_after === undefined ? null : Number(retry_after),
  };
  return new Promise((resolve) => {
    response.resume();
    // The status is the promise; a body that breaks off takes nothing back.
    response.on('close', () => resolve(answer));
  });
}
