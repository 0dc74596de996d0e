import { setTimeout as wait } from 'node:timers/promises';
import { type Attributes, type AttributeValue, context, ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { warnOnce } from './guard.ts';

/**
 * Sends spans. Contract: one attempt a call, which settles in bounded time; what happened is the value returned.
 */
export interface Sender {
  send(spans: ReadableSpan[]): Promise<SendResult>;
  close(): void;
}

export type SendResult =
  /** `rejected` of the spans were refused for good, the others are stored. */
  | { readonly result: 'ok'; readonly rejected?: number }
  /** Worth another attempt, not before `afterMs` where the receiver named a time. */
  | { readonly result: 'retry'; readonly detail: string; readonly afterMs?: number }
  /** No attempt will ever succeed. */
  | { readonly result: 'failed'; readonly reason: 'rejected' | 'unencodable'; readonly detail: string };

export interface QueueOptions {
  readonly queueBytesMax: number;
  readonly batchSpansMax: number;
  readonly delayMs: number;
}

export type DropReason = 'queue_full' | 'rejected' | 'unencodable' | 'undeliverable' | 'shutdown';

export interface Stats {
  /** Spans the collector has acknowledged. */
  readonly delivered: number;
  /** Spans waiting, those on their way included. */
  readonly queued: number;
  /** Estimated size of the spans waiting. */
  readonly queuedBytes: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

interface Batch {
  readonly spans: ReadableSpan[];
  bytes: number;
  firstFailureMs: number | null;
}

const BATCH_BYTES_MAX = 4 * 1024 * 1024;
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 5_000;
/** After this long a batch the receiver keeps failing on makes way for the next. */
const GIVE_UP_MS = 10 * 60_000;
/** A flush does not insist: an application without a collector exits soon. */
const FLUSH_ATTEMPTS = 3;
const FLUSH_PAUSE_MS = 100;

/**
 * Holds finished spans until the collector has them:
 *
 *   onEnd ─▶ open batch ─▶ sealed batches ─▶ one request at a time ─▶ acknowledged
 *
 * The limit is bytes, not spans, so a synchronous burst of any number of ordinary spans is kept while memory stays
 * bounded. Batches wait out a missing collector; what is dropped is counted by reason and warned of once.
 */
export class SpanQueue implements SpanProcessor {
  readonly #sender: Sender;
  readonly #options: QueueOptions;
  readonly #batches: Batch[] = [];
  readonly #dropped = { queue_full: 0, rejected: 0, unencodable: 0, undeliverable: 0, shutdown: 0 };
  #open: Batch = emptyBatch();
  #bytes = 0;
  #delivered = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<boolean> | null = null;
  #running = false;
  #closed = false;

  constructor(sender: Sender, options: QueueOptions) {
    this.#sender = sender;
    this.#options = options;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    const bytes = estimatedBytes(span);
    if (this.#closed) {
      this.#drop('shutdown', 1, 'It ended after the SDK was shut down.');
    } else if (this.#bytes + bytes > this.#options.queueBytesMax) {
      this.#drop('queue_full', 1, `More than ${this.#options.queueBytesMax} bytes of spans are waiting.`);
    } else {
      this.#add(span, bytes);
    }
  }

  /** Sends what is queued now. Resolves when it is delivered, when the collector is not there, or in time. */
  async flush(timeoutMs: number): Promise<void> {
    this.#seal();
    const cancel = new AbortController();
    const timeUp = wait(timeoutMs, undefined, { signal: cancel.signal }).catch(ignoreAbort);
    await Promise.race([this.#drain(), timeUp]);
    cancel.abort();
  }

  forceFlush(): Promise<void> {
    return this.flush(this.#options.delayMs + BACKOFF_MS_MAX);
  }

  /** Flushes, counts what is left as dropped, and takes nothing from then on. */
  async shutdown(timeoutMs = BACKOFF_MS_MAX): Promise<void> {
    if (this.#closed) return;
    await this.flush(timeoutMs);
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#seal();
    for (const batch of this.#batches.splice(0)) {
      this.#bytes -= batch.bytes;
      this.#drop('shutdown', batch.spans.length, 'They were not delivered before the SDK was shut down.');
    }
    this.#sender.close();
  }

  stats(): Stats {
    const queued = this.#batches.reduce((sum, batch) => sum + batch.spans.length, this.#open.spans.length);
    return { delivered: this.#delivered, queued, queuedBytes: this.#bytes, dropped: { ...this.#dropped } };
  }

  #add(span: ReadableSpan, bytes: number): void {
    this.#bytes += bytes;
    this.#open.bytes += bytes;
    this.#open.spans.push(span);
    const full =
      this.#open.spans.length >= this.#options.batchSpansMax || this.#open.bytes >= BATCH_BYTES_MAX;
    if (full) this.#seal();
    // Encoding waits for a later turn of the event loop: the application's own work comes first.
    this.#schedule(full && this.#failures === 0 ? 0 : this.#options.delayMs);
  }

  #seal(): void {
    if (this.#open.spans.length === 0) return;
    this.#batches.push(this.#open);
    this.#open = emptyBatch();
  }

  /** A full batch (no delay) replaces a timer that is still waiting for one. */
  #schedule(delayMs: number): void {
    if (this.#running || (this.#timer !== null && delayMs > 0)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#seal();
      void this.#run();
    }, delayMs);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let delivering = true;
    while (delivering && this.#batches.length > 0) delivering = await this.#sendFirst();
    this.#running = false;
    if (this.#closed) return;
    if (!delivering) this.#schedule(Math.min(BACKOFF_MS * 2 ** Math.min(this.#failures, 10), BACKOFF_MS_MAX));
    else if (this.#open.spans.length > 0) this.#schedule(this.#options.delayMs);
  }

  async #drain(): Promise<void> {
    let failures = 0;
    while (this.#batches.length > 0) {
      if (await this.#sendFirst()) continue;
      failures += 1;
      if (failures === FLUSH_ATTEMPTS) return;
      await wait(FLUSH_PAUSE_MS * failures, undefined, { ref: false });
    }
  }

  /** Sends the oldest batch; false when it must be tried again. Calls at the same time share one attempt. */
  #sendFirst(): Promise<boolean> {
    this.#sending ??= this.#attempt().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #attempt(): Promise<boolean> {
    const batch = this.#batches[0];
    if (batch === undefined) return true;
    const sent = await this.#send(batch);
    // A shutdown in the meantime has already accounted for the batch.
    if (this.#batches[0] !== batch) return true;
    if (sent.result === 'retry' && !this.#givesUp(batch)) {
      this.#failures += 1;
      warnOnce('SEXTANT_UNREACHABLE', `Sextant cannot reach the collector, so spans wait. ${sent.detail}`);
      if (sent.afterMs !== undefined)
        await wait(Math.min(sent.afterMs, BACKOFF_MS_MAX), undefined, { ref: false });
      return false;
    }
    this.#failures = 0;
    this.#batches.shift();
    this.#bytes -= batch.bytes;
    this.#account(batch.spans.length, sent);
    return true;
  }

  async #send(batch: Batch): Promise<SendResult> {
    try {
      // Instrumentations of the application must not trace the delivery of traces.
      return await context.with(suppressTracing(ROOT_CONTEXT), () => this.#sender.send(batch.spans));
    } catch (error) {
      return { result: 'failed', reason: 'unencodable', detail: String(error) };
    }
  }

  #givesUp(batch: Batch): boolean {
    batch.firstFailureMs ??= performance.now();
    return performance.now() - batch.firstFailureMs > GIVE_UP_MS;
  }

  #account(spans: number, sent: SendResult): void {
    if (sent.result === 'retry') {
      this.#drop('undeliverable', spans, sent.detail);
    } else if (sent.result === 'failed') {
      this.#drop(sent.reason, spans, sent.detail);
    } else {
      const rejected = Math.min(sent.rejected ?? 0, spans);
      this.#delivered += spans - rejected;
      if (rejected > 0) this.#drop('rejected', rejected, 'The collector accepted the others of their batch.');
    }
  }

  #drop(reason: DropReason, spans: number, detail: string): void {
    this.#dropped[reason] += spans;
    warnOnce(
      `SEXTANT_DROPPED_${reason.toUpperCase()}`,
      `Sextant dropped spans (${reason}). ${detail} This is said once; stats() counts them.`,
    );
  }
}

function emptyBatch(): Batch {
  return { spans: [], bytes: 0, firstFailureMs: null };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

/** What an empty span with its ids, times and bookkeeping weighs. */
const SPAN_BYTES = 1_000;

function estimatedBytes(span: ReadableSpan): number {
  let bytes = SPAN_BYTES + attributeBytes(span.attributes);
  for (const event of span.events) bytes += attributeBytes(event.attributes);
  return bytes;
}

function attributeBytes(attributes: Attributes | undefined): number {
  let bytes = 0;
  for (const name in attributes) bytes += name.length + valueBytes(attributes[name]);
  return bytes;
}

function valueBytes(value: AttributeValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 8;
  let bytes = 0;
  for (const item of value) bytes += typeof item === 'string' ? item.length : 8;
  return bytes;
}
