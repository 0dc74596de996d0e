import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isRecord, parseJson } from '../normalise/json.ts';
import { countItems, type OtlpRequest, type Signal, signalOf } from './otlp.ts';

export interface SendOptions {
  /** Address of the collector, such as `http://127.0.0.1:4318`. */
  readonly url: string;
  readonly key?: string | null;
  readonly requests: Iterable<OtlpRequest> | AsyncIterable<OtlpRequest>;
  /** Requests under way at once; 4 unless told. */
  readonly concurrency?: number;
  /** Called after each request with the sums so far. */
  readonly onProgress?: (sent: SendResult) => void;
  readonly signal?: AbortSignal;
}

/** Numbers of spans, log records and data points. */
export interface SendResult {
  /** Taken by the collector. */
  readonly accepted: number;
  /** Refused one by one in requests that were taken. */
  readonly rejected: number;
  /** In requests that could not be delivered. */
  readonly failed: number;
  /** Why the last of these could not, or null. */
  readonly last_error: string | null;
}

const attempts_max = 6;
const attempt_timeout_ms = 30_000;
const first_pause_ms = 250;
const pause_ms_max = 30_000;
const retried_statuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Posts OTLP requests to a collector. Requests that meet a full or restarting collector are sent again, after the
 * pause it asks for or one that doubles each time.
 * @throws the reason of the signal when it is aborted
 */
export async function sendRequests(options: SendOptions): Promise<SendResult> {
  const queue = iteratorOf(options.requests);
  let total: SendResult = { accepted: 0, rejected: 0, failed: 0, last_error: null };
  const work = async () => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      const sent = await deliver(next.value, options);
      total = add(total, sent);
      options.onProgress?.(total);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 4 }, work));
  return total;
}

type Iterator<Item> = { next(): Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown> };

function iteratorOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): Iterator<Item> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

function add(total: SendResult, one: SendResult): SendResult {
  return {
    accepted: total.accepted + one.accepted,
    rejected: total.rejected + one.rejected,
    failed: total.failed + one.failed,
    last_error: one.last_error ?? total.last_error,
  };
}

async function deliver(request: OtlpRequest, options: SendOptions): Promise<SendResult> {
  const items = countItems(request);
  const signal = signalOf(request);
  const body = await compress(JSON.stringify(request));
  let problem = '';
  for (let attempt = 0; attempt < attempts_max; attempt++) {
    const answer = await post({ body, signal }, options);
    if (answer.outcome === 'taken') {
      const rejected = Math.min(answer.rejected, items);
      return { accepted: items - rejected, rejected, failed: 0, last_error: null };
    }
    problem = answer.problem;
    if (answer.outcome === 'refused') break;
    if (attempt < attempts_max - 1) await pause(answer.pause_ms ?? backoff(attempt), options.signal);
  }
  return { accepted: 0, rejected: 0, failed: items, last_error: problem };
}

type Answer =
  | { readonly outcome: 'taken'; readonly rejected: number }
  | { readonly outcome: 'refused'; readonly problem: string }
  | { readonly outcome: 'again'; readonly problem: string; readonly pause_ms: number | null };

interface Outgoing {
  readonly body: Buffer;
  readonly signal: Signal;
}

async function post(outgoing: Outgoing, { url, key, signal }: SendOptions): Promise<Answer> {
  const timeout = AbortSignal.timeout(attempt_timeout_ms);
  try {
    const response = await fetch(new URL(`/v1/${outgoing.signal}`, url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        ...(key != null && { authorization: `Bearer ${key}` }),
      },
      body: new Uint8Array(outgoing.body),
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return readAnswer(response, await response.text());
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      outcome: 'again',
      problem: cause instanceof Error ? cause.message : String(cause),
      pause_ms: null,
    };
  }
}

function readAnswer(response: Response, text: string): Answer {
  if (response.ok) return { outcome: 'taken', rejected: rejectedItems(text) };
  const problem = `HTTP ${response.status}: ${text.slice(0, 200)}`;
  if (!retried_statuses.has(response.status)) return { outcome: 'refused', problem };
  return { outcome: 'again', problem, pause_ms: retryAfter(response.headers.get('retry-after')) };
}

const rejected_fields = ['rejectedSpans', 'rejectedLogRecords', 'rejectedDataPoints'];

/** `partialSuccess.rejectedSpans` of an answer, or what it is called for others: an integer as number or text. */
function rejectedItems(text: string): number {
  const answer = parseJson(text);
  const partial = isRecord(answer) ? answer['partialSuccess'] : undefined;
  const fields = isRecord(partial) ? rejected_fields.map((name) => Number(partial[name] ?? 0)) : [];
  const rejected = Math.max(0, ...fields);
  return Number.isSafeInteger(rejected) ? rejected : 0;
}

/** Milliseconds from a Retry-After header, which holds seconds or a date; null when there is none. */
function retryAfter(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const wanted_ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wanted_ms) ? null : Math.max(0, wanted_ms);
}

async function pause(wanted_ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(Math.min(wanted_ms, pause_ms_max), undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Doubles with each attempt; half of it is random, so that senders do not come back together. */
function backoff(attempt: number): number {
  return first_pause_ms * 2 ** attempt * (0.5 + Math.random() / 2);
}

const compress = promisify<string, Buffer>(gzip);
