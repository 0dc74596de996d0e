import type { AttributeMap } from '../../decode/records.ts';
import type { Dialect, SpanVector } from '../dialect.ts';
import { withoutAbsent } from '../fields.ts';
import { canonicalFinishReason } from '../finish-reason.ts';
import { type FlattenedForm, readFlattened } from '../flattened-messages.ts';
import { collectIndexed } from '../indexed.ts';
import { readProvider } from '../provider.ts';
import { asText, readText, readTexts } from '../read.ts';
import { readCost, readTokens } from '../read-usage.ts';
import { vectorOfNumbers } from '../vectors.ts';

/**
 * OpenInference, as its semantic conventions package 2.12 and the repository of August 2026 name things: lists
 * are flattened into indexed attributes, input counts include the cache.
 */
export const openinference: Dialect = {
  name: 'openinference',

  matches(span) {
    return (
      span.attributes.has(names.kind) ||
      span.scope.name.startsWith('openinference.instrumentation.') ||
      span.scope.name.startsWith('@arizeai/openinference-instrumentation')
    );
  },

  map({ attributes }) {
    const input = readFlattened(attributes, { prefix: 'llm.input_messages', role: 'user', form: flattened });
    const output = readFlattened(attributes, {
      prefix: 'llm.output_messages',
      role: 'assistant',
      form: flattened,
    });
    const { vectors, consumed } = readVectors(attributes);
    return withoutAbsent({
      ...readCall(attributes),
      ...readNumbers(attributes),
      input_messages: input?.messages,
      output_messages: output?.messages,
      vectors,
      vectors_encoder: vectors.length === 0 ? undefined : readText(attributes, names.encoder),
      consumed: [...(input?.consumed ?? []), ...(output?.consumed ?? []), ...consumed],
    });
  },
};

const names = {
  kind: 'openinference.span.kind',
  provider: ['llm.provider', 'llm.system'],
  request_model: [
    'llm.request.model_name',
    'llm.input_model_name',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
  ],
  response_model: ['llm.response.model_name', 'llm.output_model_name'],
  encoder: ['embedding.model_name', 'llm.model_name'],
  finish_reasons: ['llm.finish_reason'],
  tool_name: ['tool.name'],
  tool_call_id: ['tool_call.id', 'tool.id'],
  agent_name: ['agent.name', 'graph.node.name'],
  conversation_id: ['session.id'],
  user_id: ['user.id'],
  prompt_name: ['prompt.id'],
  prompt_version: ['llm.prompt_template.version'],
  input_tokens: ['llm.token_count.prompt'],
  output_tokens: ['llm.token_count.completion'],
  cache_read_tokens: [
    'llm.token_count.prompt_details.cache_read',
    'llm.token_count.prompt_details.cache_input',
  ],
  cache_write_tokens: ['llm.token_count.prompt_details.cache_write'],
  reasoning_tokens: ['llm.token_count.completion_details.reasoning'],
  audio_input_tokens: ['llm.token_count.prompt_details.audio'],
  audio_output_tokens: ['llm.token_count.completion_details.audio'],
  total_cost: ['llm.cost.total'],
  input_cost: ['llm.cost.prompt'],
  output_cost: ['llm.cost.completion'],
} as const;

/** Span kinds and the operation each stands for; the conventions have no word for the last four. */
const operations: ReadonlyMap<string, string> = new Map([
  ['LLM', 'chat'],
  ['EMBEDDING', 'embeddings'],
  ['RETRIEVER', 'retrieval'],
  ['TOOL', 'execute_tool'],
  ['AGENT', 'invoke_agent'],
  ['RERANKER', 'rerank'],
  ['CHAIN', 'chain'],
  ['GUARDRAIL', 'guardrail'],
  ['EVALUATOR', 'evaluator'],
  ['PROMPT', 'prompt'],
]);

const flattened: FlattenedForm = {
  role: 'message.role',
  content: 'message.content',
  name: 'message.name',
  finish_reason: 'message.finish_reason',
  tool_call_id: 'message.tool_call_id',
  tool_calls: 'message.tool_calls',
  call_id: 'tool_call.id',
  call_name: 'tool_call.function.name',
  call_arguments: 'tool_call.function.arguments',
  contents: {
    list: 'message.contents',
    type: 'message_content.type',
    text: 'message_content.text',
    image_url: 'message_content.image.image.url',
  },
};

function readCall(attributes: AttributeMap) {
  const kind = readText(attributes, [names.kind]);
  return {
    operation: kind === undefined ? undefined : (operations.get(kind.toUpperCase()) ?? kind.toLowerCase()),
    provider: readProvider(attributes, names.provider),
    request_model: readText(attributes, names.request_model),
    response_model: readText(attributes, names.response_model),
    finish_reasons: readTexts(attributes, names.finish_reasons)?.map(canonicalFinishReason),
    tool_name: readText(attributes, names.tool_name),
    tool_call_id: readText(attributes, names.tool_call_id),
    agent_name: readText(attributes, names.agent_name),
    conversation_id: readText(attributes, names.conversation_id),
    user_id: readText(attributes, names.user_id),
    prompt_name: readText(attributes, names.prompt_name),
    prompt_version: readText(attributes, names.prompt_version),
  };
}

function readNumbers(attributes: AttributeMap) {
  return {
    ...readTokens(attributes, names),
    reported_cost_usd: readCost(attributes, names),
  };
}

function readVectors(attributes: AttributeMap): {
  readonly vectors: readonly SpanVector[];
  readonly consumed: readonly string[];
} {
  const vectors: SpanVector[] = [];
  const consumed: string[] = [];
  for (const { prefix, fields } of collectIndexed(attributes, 'embedding.embeddings')) {
    const vector = vectorOfNumbers(fields.get('embedding.vector'));
    if (vector === undefined) continue;
    const text = asText(fields.get('embedding.text'));
    vectors.push(text === undefined ? { vector } : { vector, text });
    consumed.push(`${prefix}embedding.vector`);
    if (text !== undefined) consumed.push(`${prefix}embedding.text`);
  }
  return { vectors, consumed };
}
