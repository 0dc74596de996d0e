import type { AttributeMap, AttributeValue } from '../../decode/records.ts';
import type { Dialect, SpanVector } from '../dialect.ts';
import { count, fieldReader, text } from '../fields.ts';
import { asFinishReasons } from '../finish-reason.ts';
import { type FlattenedForm, readFlattened } from '../flattened-messages.ts';
import { collectIndexed } from '../indexed.ts';
import { asProvider } from '../provider.ts';
import { asText, readText } from '../read.ts';
import { readCost } from '../read-cost.ts';
import { vectorOfNumbers } from '../vectors.ts';

/**
 * OpenInference, as its semantic conventions package 2.12 and the repository of August 2026 name things: lists
 * are flattened into indexed attributes, input counts include the cache.
 */
export const openinference: Dialect = {
  name: 'openinference',

  matches(span) {
    return (
      span.attributes.has(kind) ||
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
    return readFields(attributes, {
      reported_cost_usd: readCost(attributes, cost_names),
      input_messages: input?.messages,
      output_messages: output?.messages,
      vectors,
      vectors_encoder:
        vectors.length === 0 ? undefined : readText(attributes, ['embedding.model_name', 'llm.model_name']),
      consumed: [...(input?.consumed ?? []), ...(output?.consumed ?? []), ...consumed],
    });
  },
};

const kind = 'openinference.span.kind';

const readFields = fieldReader({
  operation: { names: [kind], read: asOperation },
  provider: { names: ['llm.provider', 'llm.system'], read: asProvider },
  request_model: text(
    'llm.request.model_name',
    'llm.input_model_name',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
  ),
  response_model: text('llm.response.model_name', 'llm.output_model_name'),
  finish_reasons: { names: ['llm.finish_reason'], read: asFinishReasons },
  tool_name: text('tool.name'),
  tool_call_id: text('tool_call.id', 'tool.id'),
  agent_name: text('agent.name', 'graph.node.name'),
  conversation_id: text('session.id'),
  user_id: text('user.id'),
  prompt_name: text('prompt.id'),
  prompt_version: text('llm.prompt_template.version'),
  input_tokens: count('llm.token_count.prompt'),
  output_tokens: count('llm.token_count.completion'),
  cache_read_tokens: count(
    'llm.token_count.prompt_details.cache_read',
    'llm.token_count.prompt_details.cache_input',
  ),
  cache_write_tokens: count('llm.token_count.prompt_details.cache_write'),
  reasoning_tokens: count('llm.token_count.completion_details.reasoning'),
  audio_input_tokens: count('llm.token_count.prompt_details.audio'),
  audio_output_tokens: count('llm.token_count.completion_details.audio'),
});

const cost_names = {
  total_cost: ['llm.cost.total'],
  input_cost: ['llm.cost.prompt'],
  output_cost: ['llm.cost.completion'],
};

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

function asOperation(value: AttributeValue): string | undefined {
  const word = asText(value);
  return word === undefined ? undefined : (operations.get(word.toUpperCase()) ?? word.toLowerCase());
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
