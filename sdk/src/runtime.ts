import { type Tracer, trace } from '@opentelemetry/api';
import { captureFromEnvironment } from './options.ts';
import { SCHEMA_URL, SCOPE_NAME } from './semconv.ts';
import type { Handle } from './start.ts';

/** What wrappers may record. */
export interface Capture {
  /** Messages, tool arguments and results, documents, texts of errors. */
  readonly content: boolean;
  /** Embedding vectors. */
  readonly vectors: boolean;
  /** Most characters of one content attribute. */
  readonly contentCharsMax: number;
}

export interface Runtime {
  capture: Capture;
  /** Null until `start` was called: wrappers then follow whatever OpenTelemetry SDK the application has. */
  tracer: Tracer | null;
  handle: Handle | null;
  /** Monotonic milliseconds, for the time to the first chunk. */
  nowMs: () => number;
  /** Problems already reported. */
  readonly reported: Set<string>;
}

/**
 * The one mutable thing of the SDK. It hangs on the global object, as OpenTelemetry's own registry does, so that
 * two copies of the package in one process agree on what may be captured.
 */
const KEY = Symbol.for('@sextant/sdk');

export function runtime(): Runtime {
  const holder = globalThis as { [KEY]?: Runtime };
  holder[KEY] ??= {
    capture: captureFromEnvironment(),
    tracer: null,
    handle: null,
    nowMs: () => performance.now(),
    reported: new Set(),
  };
  return holder[KEY];
}

export function activeTracer(): Tracer {
  return (
    runtime().tracer ?? trace.getTracerProvider().getTracer(SCOPE_NAME, undefined, { schemaUrl: SCHEMA_URL })
  );
}
