import { type Attributes, SpanKind } from '@opentelemetry/api';
import { collectContent, collectModelChunks } from './chunks.ts';
import { putContent, putText } from './content.ts';
import { putEmbeddingInputs, putEmbeddings } from './embeddings.ts';
import { guard } from './guard.ts';
import { contextWithChain } from './lineage.ts';
import { putInput, putOutput, putRequest, putResponse } from './record.ts';
import {
  GEN_AI_AGENT_DESCRIPTION,
  GEN_AI_AGENT_NAME,
  GEN_AI_AGENT_VERSION,
  GEN_AI_DATA_SOURCE_ID,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_RETRIEVAL_DOCUMENTS,
  GEN_AI_RETRIEVAL_QUERY_TEXT,
  GEN_AI_RETRIEVAL_TOP_K,
  GEN_AI_TOOL_CALL_ARGUMENTS,
  GEN_AI_TOOL_CALL_ID,
  GEN_AI_TOOL_CALL_RESULT,
  GEN_AI_TOOL_DESCRIPTION,
  GEN_AI_TOOL_NAME,
  GEN_AI_TOOL_TYPE,
  GEN_AI_WORKFLOW_NAME,
  OPERATION_CHAT,
  OPERATION_EMBEDDINGS,
  OPERATION_EXECUTE_TOOL,
  OPERATION_INVOKE_AGENT,
  OPERATION_INVOKE_WORKFLOW,
  OPERATION_RETRIEVAL,
  SEXTANT_CHAIN_VERSION,
  SEXTANT_TOOL_VERSION,
} from './semconv.ts';
import { findUsage, putUsage, type Usage } from './usage.ts';
import { asList, asNumber, asRecord, asText } from './values.ts';
import { type AnyFunction, type Outcome, type Result, type WrapOptions, wrap } from './wrap.ts';

export interface ModelOptions<F extends AnyFunction> extends WrapOptions<F> {
  /** Who serves the model, as in gen_ai.provider.name: openai, anthropic, aws.bedrock and so on. */
  readonly provider?: string;
  /** The model asked for, where neither the name nor a `model` in the first argument says it. */
  readonly model?: string;
  /** Tokens used, where the result does not carry them in a known shape. */
  readonly usage?: (result: Result<F>) => Usage;
}

export interface ToolOptions<F extends AnyFunction> extends WrapOptions<F> {
  readonly version?: string;
  readonly description?: string;
  /** The id the model gave the call. */
  readonly callId?: (...args: Parameters<F>) => string | undefined;
}

export interface ChainOptions<F extends AnyFunction> extends WrapOptions<F> {
  readonly version?: string;
}

export interface AgentOptions<F extends AnyFunction> extends WrapOptions<F> {
  readonly version?: string;
  readonly description?: string;
}

export interface RetrievalOptions<F extends AnyFunction> extends WrapOptions<F> {
  /** Documents asked for, where the input does not say `topK`. */
  readonly topK?: number;
}

/** A call of a chat model. Spans are named after the model: the option, else `model` in the request, else `name`. */
export function model<F extends AnyFunction>(name: string, fn: F, options: ModelOptions<F> = {}): F {
  return wrap(fn, options, {
    kind: 'model',
    operation: OPERATION_CHAT,
    spanKind: SpanKind.CLIENT,
    timed: true,
    before(attributes, input, args) {
      const subject = putModel(attributes, { name, options, request: args[0] });
      putRequest(attributes, args[0]);
      putInput(attributes, input);
      return subject;
    },
    after(attributes, outcome) {
      putResponse(attributes, outcome.whole);
      putModelUsage(attributes, outcome, options.usage);
      putOutput(attributes, outcome.output);
    },
    collector: collectModelChunks,
    needsChunks: options.usage !== undefined,
  });
}

/** A tool: its arguments and its result are recorded as JSON. */
export function tool<F extends AnyFunction>(name: string, fn: F, options: ToolOptions<F> = {}): F {
  return wrap(fn, options, {
    kind: 'tool',
    operation: OPERATION_EXECUTE_TOOL,
    spanKind: SpanKind.INTERNAL,
    before(attributes, input, args) {
      attributes[GEN_AI_TOOL_NAME] = name;
      attributes[GEN_AI_TOOL_TYPE] = 'function';
      put(attributes, GEN_AI_TOOL_DESCRIPTION, options.description);
      put(attributes, SEXTANT_TOOL_VERSION, options.version);
      const callId = guard(undefined, () => options.callId?.(...(args as Parameters<F>)));
      put(attributes, GEN_AI_TOOL_CALL_ID, callId);
      putContent(attributes, GEN_AI_TOOL_CALL_ARGUMENTS, input);
      return name;
    },
    after: (attributes, { output }) => putContent(attributes, GEN_AI_TOOL_CALL_RESULT, output),
    collector: collectContent,
  });
}

/** A fixed sequence of steps. Spans inside carry its name and version. */
export function chain<F extends AnyFunction>(name: string, fn: F, options: ChainOptions<F> = {}): F {
  const { version } = options;
  return wrap(fn, options, {
    kind: 'chain',
    operation: OPERATION_INVOKE_WORKFLOW,
    spanKind: SpanKind.INTERNAL,
    before(attributes, input) {
      attributes[GEN_AI_WORKFLOW_NAME] = name;
      put(attributes, SEXTANT_CHAIN_VERSION, version);
      putInput(attributes, input);
      return name;
    },
    after: (attributes, { output }) => putOutput(attributes, output),
    collector: collectContent,
    inner: (parent) => contextWithChain(parent, name, version),
  });
}

/** An agent that decides what to do next. */
export function agent<F extends AnyFunction>(name: string, fn: F, options: AgentOptions<F> = {}): F {
  return wrap(fn, options, {
    kind: 'agent',
    operation: OPERATION_INVOKE_AGENT,
    spanKind: SpanKind.INTERNAL,
    before(attributes, input) {
      attributes[GEN_AI_AGENT_NAME] = name;
      put(attributes, GEN_AI_AGENT_VERSION, options.version);
      put(attributes, GEN_AI_AGENT_DESCRIPTION, options.description);
      putInput(attributes, input);
      return name;
    },
    after: (attributes, { output }) => putOutput(attributes, output),
    collector: collectContent,
  });
}

/** A search in the data source `name`; the input is the query, or has `query`; the result is a list of documents. */
export function retrieval<F extends AnyFunction>(name: string, fn: F, options: RetrievalOptions<F> = {}): F {
  return wrap(fn, options, {
    kind: 'retrieval',
    operation: OPERATION_RETRIEVAL,
    spanKind: SpanKind.CLIENT,
    before(attributes, input, args) {
      attributes[GEN_AI_DATA_SOURCE_ID] = name;
      const request = asRecord(input) ?? {};
      const query = asText(asList(input)?.[0]) ?? asText(input) ?? asText(request['query']);
      if (query !== undefined) putText(attributes, GEN_AI_RETRIEVAL_QUERY_TEXT, query);
      const topK = options.topK ?? asNumber(request['topK'] ?? request['top_k']) ?? asNumber(args[1]);
      put(attributes, GEN_AI_RETRIEVAL_TOP_K, topK);
      return name;
    },
    after(attributes, { output }) {
      const found = asRecord(output);
      const documents = asList(output) ?? found?.['documents'] ?? found?.['results'] ?? found?.['matches'];
      putContent(attributes, GEN_AI_RETRIEVAL_DOCUMENTS, documents);
    },
    collector: collectContent,
  });
}

/** A call of an embedding model: the texts, the vectors and their dimension are recorded. */
export function embedding<F extends AnyFunction>(name: string, fn: F, options: ModelOptions<F> = {}): F {
  return wrap(fn, options, {
    kind: 'embedding',
    operation: OPERATION_EMBEDDINGS,
    spanKind: SpanKind.CLIENT,
    before(attributes, input, args) {
      putEmbeddingInputs(attributes, input);
      return putModel(attributes, { name, options, request: args[0] });
    },
    after(attributes, outcome) {
      putResponse(attributes, outcome.whole);
      putModelUsage(attributes, outcome, options.usage);
      putEmbeddings(attributes, outcome.output);
    },
    collector: collectContent,
  });
}

interface Asked {
  readonly name: string;
  readonly options: { readonly provider?: string; readonly model?: string };
  readonly request: unknown;
}

function putModel(attributes: Attributes, { name, options, request }: Asked): string {
  const requestModel = options.model ?? asText(asRecord(request)?.['model']) ?? name;
  attributes[GEN_AI_REQUEST_MODEL] = requestModel;
  put(attributes, GEN_AI_PROVIDER_NAME, options.provider);
  return requestModel;
}

function putModelUsage<R>(
  attributes: Attributes,
  { raw, whole }: Outcome,
  extract: ((result: R) => Usage) | undefined,
): void {
  const usage = extract === undefined ? findUsage(whole) : guard(undefined, () => extract(raw as R));
  if (usage !== undefined) putUsage(attributes, usage);
}

function put(attributes: Attributes, name: string, value: string | number | undefined): void {
  if (value !== undefined) attributes[name] = value;
}
