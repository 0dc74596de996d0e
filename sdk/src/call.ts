import {
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ChunkCollector } from './chunks.ts';
import { capturesContent } from './content.ts';
import { guard } from './guard.ts';
import { activeTracer, runtime } from './runtime.ts';
import {
  ERROR_TYPE,
  EVENT_STREAM_ABANDONED,
  GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  GEN_AI_USAGE_OUTPUT_TOKENS,
  HTTP_RESPONSE_STATUS_CODE,
  SEXTANT_RESPONSE_TIME_PER_OUTPUT_TOKEN,
} from './semconv.ts';
import { asNumber, asRecord, asText } from './values.ts';

/** What a call looks like as a span. Every function here may throw: its caller guards it. */
export interface CallDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** Context of the call, the span not yet in it. */
  readonly parent: Context;
  /** Puts streamed answers together; absent where nothing of the stream is recorded. */
  readonly collector?: () => ChunkCollector;
  /** Writes what the result says; `result` is undefined where a stream was abandoned before its first chunk. */
  readonly finish: (attributes: Attributes, result: unknown) => void;
  /** The error inside a result that looks like a success. */
  readonly failure?: (result: unknown) => Failure | undefined;
  /** Whether the time of chunks is that of a model's tokens. */
  readonly timed?: boolean;
}

export interface Failure {
  readonly name: string;
  readonly message?: string;
}

/**
 * A call while it runs. It ends once: with a value, with the last chunk of its stream, with an error, or abandoned.
 * Nothing here ever throws.
 */
export class Call {
  readonly context: Context;
  readonly #span: Span;
  readonly #description: CallDescription;
  readonly #startMs: number;
  #collector: ChunkCollector | undefined;
  #firstChunkMs: number | null = null;
  #lastChunkMs = 0;
  #ended = false;

  constructor(description: CallDescription) {
    const { name, kind, attributes, parent } = description;
    this.#description = description;
    this.#span = activeTracer().startSpan(name, { kind, attributes }, parent);
    this.#startMs = runtime().nowMs();
    this.context = trace.setSpan(parent, this.#span);
  }

  chunk(value: unknown): void {
    if (this.#ended) return;
    guard(undefined, () => {
      this.#lastChunkMs = runtime().nowMs();
      this.#firstChunkMs ??= this.#lastChunkMs;
      this.#collector ??= this.#description.collector?.();
      this.#collector?.add(value);
    });
  }

  /** The call gave a value. */
  end(result: unknown): void {
    this.#finish(() => result);
  }

  /** The stream gave its last chunk. */
  endStream(): void {
    this.#finish(() => this.#collector?.result());
  }

  /** The reader left before the last chunk. */
  abandon(): void {
    this.#finish(
      () => this.#collector?.result(),
      () => this.#span.addEvent(EVENT_STREAM_ABANDONED),
    );
  }

  /** The call threw, or its stream did. */
  fail(error: unknown): void {
    this.#finish(
      () => this.#collector?.result(),
      () => recordError(this.#span, error),
    );
  }

  #finish(result: () => unknown, mark?: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    guard(undefined, () => {
      if (this.#span.isRecording()) this.#record(result());
    });
    guard(undefined, () => mark?.());
    guard(undefined, () => this.#span.end());
  }

  #record(result: unknown): void {
    const attributes: Attributes = {};
    if (result !== undefined) {
      this.#description.finish(attributes, result);
      const failure = this.#description.failure?.(result);
      if (failure !== undefined) recordError(this.#span, failure);
    }
    if (this.#description.timed === true) this.#putTimes(attributes);
    this.#span.setAttributes(attributes);
  }

  /** Time per output token is that after the first: (last chunk − first chunk) ÷ (output tokens − 1). */
  #putTimes(attributes: Attributes): void {
    if (this.#firstChunkMs === null) return;
    attributes[GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = (this.#firstChunkMs - this.#startMs) / 1000;
    const tokens = asNumber(attributes[GEN_AI_USAGE_OUTPUT_TOKENS]);
    if (tokens === undefined || tokens < 2) return;
    const seconds = (this.#lastChunkMs - this.#firstChunkMs) / 1000;
    attributes[SEXTANT_RESPONSE_TIME_PER_OUTPUT_TOKEN] = seconds / (tokens - 1);
  }
}

/** Without content, only the type: messages and stacks of errors repeat what they failed on. */
function recordError(span: Span, error: unknown): void {
  const record = asRecord(error);
  const type = errorType(error);
  const status = asNumber(record?.['status']);
  span.setAttribute(ERROR_TYPE, type);
  if (status !== undefined) span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
  const message = asText(record?.['message']) ?? (typeof error === 'string' ? error : undefined);
  const details: Attributes = { 'exception.type': type };
  if (capturesContent() && message !== undefined) {
    details['exception.message'] = message;
    const stack = asText(record?.['stack']);
    if (stack !== undefined) details['exception.stacktrace'] = stack;
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  } else {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.addEvent('exception', details);
}

/** The class of the error; for a plain Error its code, which says more. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return asText(asRecord(error)?.['name']) ?? '_OTHER';
  const name = error.name !== 'Error' ? error.name : error.constructor.name;
  return name === 'Error' ? (asText(asRecord(error)?.['code']) ?? name) : name;
}
