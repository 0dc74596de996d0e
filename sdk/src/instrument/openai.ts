import { type Attributes, context, SpanKind } from '@opentelemetry/api';
import type { CallDescription, Failure } from '../call.ts';
import { collectModelChunks } from '../chunks.ts';
import { putEmbeddingInputs, putEmbeddings } from '../embeddings.ts';
import { addLineage, type Kind } from '../lineage.ts';
import { putInput, putOutput, putRequest, putResponse } from '../record.ts';
import {
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_ENCODING_FORMATS,
  GEN_AI_REQUEST_MODEL,
  OPENAI_API_TYPE,
  OPERATION_CHAT,
  OPERATION_EMBEDDINGS,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../semconv.ts';
import { observeIterator, type Stream } from '../stream.ts';
import { findUsage, putUsage } from '../usage.ts';
import { asRecord, asText } from '../values.ts';
import type { Provider, ProviderRequest, TracedMethod } from './provider.ts';

/** The official `openai` package, and what speaks its protocol through it. */
export const openai: Provider = {
  name: 'openai',
  matches(client) {
    const completions = asRecord(asRecord(asRecord(client)?.['chat'])?.['completions']);
    return typeof asRecord(client)?.['baseURL'] === 'string' && typeof completions?.['create'] === 'function';
  },
  methods: {
    'chat.completions.create': chatMethod('chat_completions'),
    'responses.create': chatMethod('responses'),
    'embeddings.create': embeddingsMethod(),
  },
  backReferences: ['_client'],
  clones: ['withOptions'],
};

/** Providers whose models are called through OpenAI's client, by the domain of its address. */
const provider_domains: Readonly<Record<string, string>> = {
  'openai.azure.com': 'azure.ai.openai',
  'services.ai.azure.com': 'azure.ai.inference',
  'deepseek.com': 'deepseek',
  'groq.com': 'groq',
  'mistral.ai': 'mistral_ai',
  'x.ai': 'x_ai',
  'perplexity.ai': 'perplexity',
  'cohere.ai': 'cohere',
  'cohere.com': 'cohere',
  'together.ai': 'together_ai',
  'together.xyz': 'together_ai',
  'moonshot.ai': 'moonshot_ai',
  'moonshot.cn': 'moonshot_ai',
  'generativelanguage.googleapis.com': 'gcp.gemini',
  'aiplatform.googleapis.com': 'gcp.vertex_ai',
  'amazonaws.com': 'aws.bedrock',
  'anthropic.com': 'anthropic',
};

function chatMethod(apiType: string): TracedMethod {
  return {
    describe(request) {
      const [params] = request.args;
      const description = describe(request, { kind: 'model', operation: OPERATION_CHAT });
      description.attributes[OPENAI_API_TYPE] = apiType;
      putRequest(description.attributes, params);
      putInput(description.attributes, params);
      return {
        ...description,
        timed: true,
        collector: collectModelChunks,
        finish(attributes, answer) {
          putResponse(attributes, answer);
          putTokens(attributes, answer);
          if (asRecord(answer)?.['choices'] !== undefined || asRecord(answer)?.['output'] !== undefined) {
            putOutput(attributes, answer);
          }
        },
        failure,
      };
    },
    answer,
    watch: watchStream,
  };
}

function embeddingsMethod(): TracedMethod {
  return {
    describe(request) {
      const [params] = request.args;
      const description = describe(request, { kind: 'embedding', operation: OPERATION_EMBEDDINGS });
      const format = asText(asRecord(params)?.['encoding_format']);
      if (format !== undefined) description.attributes[GEN_AI_REQUEST_ENCODING_FORMATS] = [format];
      putEmbeddingInputs(description.attributes, params);
      return {
        ...description,
        finish(attributes, answer) {
          putResponse(attributes, answer);
          putTokens(attributes, answer);
          putEmbeddings(attributes, answer);
        },
      };
    },
    answer,
  };
}

function describe(
  { client, args, provider }: ProviderRequest,
  { kind, operation }: { readonly kind: Kind; readonly operation: string },
): Omit<CallDescription, 'finish'> {
  const parent = context.active();
  const model = asText(asRecord(args[0])?.['model']);
  const url = URL.parse(String(asRecord(client)?.['baseURL']));
  const attributes: Attributes = {
    [GEN_AI_OPERATION_NAME]: operation,
    [GEN_AI_PROVIDER_NAME]: provider ?? providerOf(url?.hostname ?? ''),
  };
  if (model !== undefined) attributes[GEN_AI_REQUEST_MODEL] = model;
  if (url !== null) {
    attributes[SERVER_ADDRESS] = url.hostname;
    attributes[SERVER_PORT] = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  }
  addLineage(attributes, parent, kind, model ?? '');
  return {
    name: model === undefined ? operation : `${operation} ${model}`,
    kind: SpanKind.CLIENT,
    attributes,
    parent,
  };
}

function providerOf(host: string): string {
  const domain = Object.keys(provider_domains).find((name) => host === name || host.endsWith(`.${name}`));
  return domain === undefined ? 'openai' : (provider_domains[domain] ?? 'openai');
}

function putTokens(attributes: Attributes, answer: unknown): void {
  const usage = findUsage(answer);
  if (usage !== undefined) putUsage(attributes, usage);
}

/** A response may fail after its status was sent: the answer then says so. */
function failure(answer: unknown): Failure | undefined {
  const error = asRecord(asRecord(answer)?.['error']);
  if (error === undefined) return undefined;
  const message = asText(error['message']);
  const name = asText(error['code']) ?? asText(error['type']) ?? '_OTHER';
  return message === undefined ? { name } : { name, message };
}

/** `withResponse()` of the client resolves to the answer and the raw response. */
function answer(value: unknown): unknown {
  const record = asRecord(value);
  return record !== undefined && 'data' in record && 'response' in record ? record['data'] : value;
}

/**
 * The stream of one request belongs to it alone, and all its ways of being read (iteration, `tee`,
 * `toReadableStream`) ask its `iterator` function for chunks: watching that one keeps the stream what it is.
 */
function watchStream(stream: object, call: Parameters<NonNullable<TracedMethod['watch']>>[1]): boolean {
  const source = stream as Stream & { iterator?: unknown };
  const { iterator } = source;
  if (typeof iterator !== 'function') return false;
  source.iterator = (...args: unknown[]) => observeIterator(Reflect.apply(iterator, stream, args), call);
  return true;
}
