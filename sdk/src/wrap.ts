import { type Attributes, type Context, context, type SpanKind } from '@opentelemetry/api';
import { Call, type CallDescription } from './call.ts';
import { type ChunkCollector, collectChunks } from './chunks.ts';
import { guard } from './guard.ts';
import { addLineage, type Kind } from './lineage.ts';
import { observe } from './observe.ts';
import { GEN_AI_OPERATION_NAME } from './semconv.ts';
import { asList } from './values.ts';

export type AnyFunction = (...args: never[]) => unknown;

/** What a function gives once it is awaited; for a stream, its chunks. */
export type Result<F extends AnyFunction> =
  Awaited<ReturnType<F>> extends AsyncIterable<infer Chunk> ? readonly Chunk[] : Awaited<ReturnType<F>>;

export interface WrapOptions<F extends AnyFunction> {
  /** What went in, where it is not the arguments as they are. */
  readonly input?: (...args: Parameters<F>) => unknown;
  /** What came out, where it is not the result as it is. */
  readonly output?: (result: Result<F>) => unknown;
  /** More attributes of the span. */
  readonly attributes?: Attributes;
}

/** How a kind of function becomes a span. */
export interface Plan {
  readonly kind: Kind;
  readonly operation: string;
  readonly spanKind: SpanKind;
  /** Writes what is known before the call and returns what the span is named after. */
  before(attributes: Attributes, input: unknown, args: readonly unknown[]): string;
  /** Writes what is known after it. */
  after(attributes: Attributes, outcome: Outcome): void;
  /** Puts a streamed result together. */
  collector(): ChunkCollector;
  /** Set where `after` needs the chunks of a stream themselves. */
  readonly needsChunks?: boolean;
  readonly timed?: boolean;
  /** What spans inside this one inherit. */
  inner?(parent: Context): Context;
}

export interface Outcome {
  /** What the function gave; for a stream, its chunks where the plan needs them. */
  readonly raw: unknown;
  /** The same, a stream put together. */
  readonly whole: unknown;
  /** What the options make of it; without options the whole. */
  readonly output: unknown;
}

/** Gives back a function of the same type that runs within a span. Without a running SDK it costs next to nothing. */
export function wrap<F extends AnyFunction>(fn: F, options: WrapOptions<F>, plan: Plan): F {
  const traced = function (this: unknown, ...args: Parameters<F>): unknown {
    const run = () => Reflect.apply(fn, this, args);
    const call = guard(undefined, () => new Call(describe(options, plan, args)));
    return call === undefined ? run() : observe(call, run);
  };
  Object.defineProperty(traced, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(traced, 'length', { value: fn.length, configurable: true });
  return traced as unknown as F;
}

function describe<F extends AnyFunction>(
  options: WrapOptions<F>,
  plan: Plan,
  args: Parameters<F>,
): CallDescription {
  const parent = context.active();
  const attributes: Attributes = { [GEN_AI_OPERATION_NAME]: plan.operation, ...options.attributes };
  const subject = plan.before(attributes, inputOf(options, args), args);
  addLineage(attributes, parent, plan.kind, subject);
  // A function of the caller expects the chunks themselves; ours put them together.
  const keepsChunks = options.output !== undefined || plan.needsChunks === true;
  let streamed = false;
  const collector = () => {
    streamed = keepsChunks;
    return keepsChunks ? collectChunks() : plan.collector();
  };
  return {
    name: `${plan.operation} ${subject}`,
    kind: plan.spanKind,
    attributes,
    parent: plan.inner?.(parent) ?? parent,
    timed: plan.timed === true,
    collector,
    finish(more, raw) {
      const whole = streamed ? replay(plan.collector(), raw) : raw;
      plan.after(more, { raw, whole, output: outputOf(options, { raw, whole }) });
    },
  };
}

function replay(collector: ChunkCollector, chunks: unknown): unknown {
  for (const chunk of asList(chunks) ?? []) collector.add(chunk);
  return collector.result();
}

function inputOf<F extends AnyFunction>(options: WrapOptions<F>, args: Parameters<F>): unknown {
  const given: readonly unknown[] = args;
  const extract = options.input;
  if (extract === undefined) return given.length > 1 ? given : given[0];
  return guard(undefined, () => extract(...args));
}

function outputOf<F extends AnyFunction>(
  options: WrapOptions<F>,
  { raw, whole }: { readonly raw: unknown; readonly whole: unknown },
): unknown {
  const extract = options.output;
  return extract === undefined ? whole : guard(undefined, () => extract(raw as Result<F>));
}
