import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, type TracerProviderOptions } from '@opentelemetry/sdk-trace';
import { warn } from './guard.ts';
import {
  captureFromEnvironment,
  type ResolvedOptions,
  resolveOptions,
  type StartOptions,
} from './options.ts';
import { createOtlpSender } from './otlp.ts';
import { SpanQueue, type Stats } from './queue.ts';
import { runtime } from './runtime.ts';
import { SCHEMA_URL, SCOPE_NAME } from './semconv.ts';

/** What `start` gives back. Nothing here throws or rejects, and everything ends in bounded time. */
export interface Handle {
  /** False where the SDK is disabled or an option was unusable: calls then run untraced. */
  readonly running: boolean;
  /** Sends what is queued now, for at most `timeoutMs` (5,000). */
  flush(timeoutMs?: number): Promise<void>;
  /** Flushes for at most `timeoutMs` (5,000) and stops; `start` may be called again afterwards. */
  shutdown(timeoutMs?: number): Promise<void>;
  /** What was delivered, what waits, and what was dropped, by reason. */
  stats(): Stats;
}

const TIMEOUT_MS = 5_000;

/** Starts tracing. Never throws: what is wrong is a warning on standard error, and the application runs untraced. */
export function start(options: StartOptions = {}): Handle {
  const { handle } = runtime();
  if (handle !== null) {
    warn(
      'SEXTANT_ALREADY_STARTED',
      'Sextant is already started: this call of start() changed nothing. Call shutdown() first.',
    );
    return handle;
  }
  try {
    const resolved = resolveOptions(options);
    return resolved.disabled ? inert() : run(resolved);
  } catch (error) {
    warn('SEXTANT_NOT_STARTED', `Sextant was not started: ${error instanceof Error ? error.message : error}`);
    return inert();
  }
}

function run(options: ResolvedOptions): Handle {
  const sender = createOtlpSender({
    url: options.tracesUrl,
    headers: options.headers,
    timeoutMs: options.timeoutMs,
  });
  const queue = new SpanQueue(sender, options);
  const uninstall = install({
    spanProcessors: [queue],
    resource: defaultResource().merge(resourceFromAttributes(options.resourceAttributes)),
  });
  const flushAtExit = () => void queue.flush(TIMEOUT_MS);
  process.once('beforeExit', flushAtExit);

  const handle: Handle = {
    running: true,
    flush: (timeoutMs = TIMEOUT_MS) => queue.flush(timeoutMs),
    async shutdown(timeoutMs = TIMEOUT_MS) {
      process.off('beforeExit', flushAtExit);
      await queue.shutdown(timeoutMs);
      if (runtime().handle === handle) uninstall();
    },
    stats: () => queue.stats(),
  };
  runtime().handle = handle;
  runtime().capture = options.capture;
  return handle;
}

/**
 * Registers a provider with OpenTelemetry, and for our own spans in any case: where the application has another
 * OpenTelemetry SDK, its spans go where they went, and ours come to Sextant. Returns what takes it back.
 */
export function install(parts: TracerProviderOptions): () => void {
  const provider = new TracerProvider(parts);
  runtime().tracer = provider.getTracer(SCOPE_NAME, undefined, { schemaUrl: SCHEMA_URL });
  const contextManager = new AsyncLocalStorageContextManager().enable();
  const registered = {
    trace: trace.setGlobalTracerProvider(provider),
    context: context.setGlobalContextManager(contextManager),
    propagation: propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    ),
  };
  if (!registered.trace) {
    warn(
      'SEXTANT_OTHER_SDK',
      'Another OpenTelemetry SDK is registered: only spans made with Sextant come to Sextant.',
    );
  }
  return () => {
    if (registered.trace) trace.disable();
    if (registered.context) context.disable();
    if (registered.propagation) propagation.disable();
    runtime().reported.clear();
    Object.assign(runtime(), { tracer: null, handle: null, capture: captureFromEnvironment() });
  };
}

function inert(): Handle {
  const dropped = { queue_full: 0, rejected: 0, unencodable: 0, undeliverable: 0, shutdown: 0 };
  return {
    running: false,
    flush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    stats: () => ({ delivered: 0, queued: 0, queuedBytes: 0, dropped }),
  };
}
