import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { IdGenerator, ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Capture, runtime } from './runtime.ts';
import { install } from './start.ts';

/** A finished span, plain and small enough for a snapshot. */
export interface TestSpan {
  readonly name: string;
  /** internal, server, client, producer or consumer. */
  readonly kind: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  /** Ticks of a clock that moves on by one whenever somebody looks. */
  readonly start: number;
  readonly end: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly attributes: Attributes;
  /** Without stack traces, which differ from machine to machine. */
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
}

export interface TestTracing {
  /** Spans finished so far, in the order they started. */
  spans(): readonly TestSpan[];
  reset(): void;
  stop(): void;
}

/**
 * Traces into memory: ids count 1, 2, 3 and the clock ticks in seconds, so that the same calls give the same spans.
 * Nothing is sent. Not to be used beside `start`.
 */
export function startTesting(capture: Partial<Capture> = {}): TestTracing {
  const clock = tickingClock();
  const memory = new MemoryProcessor(clock);
  const ids = new CountingIds();
  const uninstall = install({ spanProcessors: [memory], idGenerator: ids, resource: emptyResource() });
  const { nowMs } = runtime();
  Object.assign(runtime(), { capture: { ...runtime().capture, ...capture }, nowMs: () => clock() * 1000 });
  return {
    spans: () => memory.spans(),
    reset: () => memory.reset(),
    stop() {
      uninstall();
      runtime().nowMs = nowMs;
    },
  };
}

/** A clock that says 1, 2, 3. */
export function tickingClock(): () => number {
  let now = 0;
  return () => {
    now += 1;
    return now;
  };
}

/** Ids that count: trace 1 has the spans 1, 2 and 3. */
export class CountingIds implements IdGenerator {
  #traces = 0;
  #spans = 0;

  generateTraceId(): string {
    this.#traces += 1;
    return this.#traces.toString(16).padStart(32, '0');
  }

  generateSpanId(): string {
    this.#spans += 1;
    return this.#spans.toString(16).padStart(16, '0');
  }
}

class MemoryProcessor implements SpanProcessor {
  readonly #clock: () => number;
  readonly #starts = new Map<string, number>();
  #spans: TestSpan[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  onStart(span: ReadableSpan): void {
    this.#starts.set(span.spanContext().spanId, this.#clock());
  }

  onEnd(span: ReadableSpan): void {
    const { spanId } = span.spanContext();
    this.#spans.push(testSpan(span, { start: this.#starts.get(spanId) ?? 0, end: this.#clock() }));
    this.#starts.delete(spanId);
  }

  spans(): readonly TestSpan[] {
    return this.#spans.toSorted((a, b) => a.start - b.start);
  }

  reset(): void {
    this.#spans = [];
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function testSpan(span: ReadableSpan, { start, end }: { start: number; end: number }): TestSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: (SpanKind[span.kind] ?? 'INTERNAL').toLowerCase(),
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: span.parentSpanContext?.spanId ?? null,
    start,
    end,
    status: statusWord(span.status.code),
    attributes: { ...span.attributes },
    events: span.events.map(({ name, attributes }) => {
      const { 'exception.stacktrace': _stack, ...rest } = attributes ?? {};
      return { name, attributes: rest };
    }),
  };
}

function statusWord(code: SpanStatusCode): TestSpan['status'] {
  if (code === SpanStatusCode.ERROR) return 'error';
  return code === SpanStatusCode.OK ? 'ok' : 'unset';
}
