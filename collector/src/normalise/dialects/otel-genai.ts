import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap, AttributeValue } from '../../decode/records.ts';
import type { Dialect } from '../dialect.ts';
import { count, fieldReader, seconds, text } from '../fields.ts';
import { asFinishReasons, canonicalFinishReason } from '../finish-reason.ts';
import { readInput, readOutput, readVectors } from '../genai-content.ts';
import type { Message } from '../message.ts';
import { asProvider } from '../provider.ts';
import { asText, readText } from '../read.ts';
import { readCost } from '../read-cost.ts';

/**
 * The OpenTelemetry GenAI conventions, newest names first and then every older spelling, with the names Sextant
 * adds. It comes last in the list: other dialects fall back on it.
 */
export const otel_genai: Dialect = {
  name: 'otel_genai',

  matches(span) {
    for (const name of span.attributes.keys()) {
      if (name.startsWith('gen_ai.') || name.startsWith('sextant.')) return true;
    }
    return span.events.some((event) => event.name.startsWith('gen_ai.'));
  },

  map(span) {
    const input = readInput(span);
    const output = readOutput(span);
    const vectors = readVectors(span.attributes);
    return readFields(span.attributes, {
      operation: hintedOperation(span.attributes),
      reported_cost_usd: readDollars(span.attributes),
      finish_reasons: finishReasonsOf(output.messages),
      input_messages: input.messages,
      output_messages: output.messages,
      vectors: vectors.vectors,
      consumed: [...input.consumed, ...output.consumed, ...vectors.consumed],
    });
  },
};

const readFields = fieldReader({
  operation: { names: [semconv.GEN_AI_OPERATION_NAME], read: asOperation },
  provider: { names: [semconv.GEN_AI_PROVIDER_NAME, 'gen_ai.system'], read: asProvider },
  request_model: text(semconv.GEN_AI_REQUEST_MODEL),
  response_model: text(semconv.GEN_AI_RESPONSE_MODEL),
  vectors_encoder: text(semconv.GEN_AI_RESPONSE_MODEL, semconv.GEN_AI_REQUEST_MODEL),
  response_id: text(semconv.GEN_AI_RESPONSE_ID),
  finish_reasons: {
    names: [semconv.GEN_AI_RESPONSE_FINISH_REASONS, 'gen_ai.response.finish_reason'],
    read: asFinishReasons,
  },
  error_type: text(semconv.ERROR_TYPE),
  conversation_id: text(semconv.GEN_AI_CONVERSATION_ID),
  agent_name: text(semconv.GEN_AI_AGENT_NAME),
  agent_version: text(semconv.GEN_AI_AGENT_VERSION),
  tool_name: text(semconv.GEN_AI_TOOL_NAME),
  tool_call_id: text(semconv.GEN_AI_TOOL_CALL_ID, 'gen_ai.tool.call_id'),
  tool_version: text(semconv.SEXTANT_TOOL_VERSION),
  prompt_name: text(semconv.GEN_AI_PROMPT_NAME),
  prompt_version: text(semconv.GEN_AI_PROMPT_VERSION),
  chain_name: text(semconv.GEN_AI_WORKFLOW_NAME),
  chain_version: text(semconv.SEXTANT_CHAIN_VERSION),
  adapter_name: text(semconv.SEXTANT_ADAPTER_NAME),
  adapter_version: text(semconv.SEXTANT_ADAPTER_VERSION),
  user_segment: text(semconv.SEXTANT_USER_SEGMENT),
  deployment_version: text(semconv.SEXTANT_DEPLOYMENT_VERSION),
  service_tier: text(
    semconv.OPENAI_RESPONSE_SERVICE_TIER,
    'gen_ai.openai.response.service_tier',
    semconv.OPENAI_REQUEST_SERVICE_TIER,
    'gen_ai.openai.request.service_tier',
  ),
  input_tokens: count(semconv.GEN_AI_USAGE_INPUT_TOKENS, 'gen_ai.usage.prompt_tokens'),
  output_tokens: count(semconv.GEN_AI_USAGE_OUTPUT_TOKENS, 'gen_ai.usage.completion_tokens'),
  cache_read_tokens: count(
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.cached_tokens',
    'gen_ai.usage.input_cached_tokens',
  ),
  cache_write_tokens: count(
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ),
  reasoning_tokens: count(semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, 'gen_ai.usage.reasoning_tokens'),
  audio_input_tokens: count(semconv.SEXTANT_USAGE_AUDIO_INPUT_TOKENS, 'gen_ai.usage.audio.input_tokens'),
  audio_output_tokens: count(semconv.SEXTANT_USAGE_AUDIO_OUTPUT_TOKENS, 'gen_ai.usage.audio.output_tokens'),
  ttft_ms: seconds(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK),
  tpot_ms: seconds(semconv.SEXTANT_RESPONSE_TIME_PER_OUTPUT_TOKEN),
  queue_ms: seconds(semconv.SEXTANT_SERVER_TIME_IN_QUEUE),
  prefill_ms: seconds(semconv.SEXTANT_SERVER_TIME_IN_PREFILL),
  decode_ms: seconds(semconv.SEXTANT_SERVER_TIME_IN_DECODE),
});

/** Words used for operations the conventions have another word for. */
const operations: ReadonlyMap<string, string> = new Map([
  ['completion', 'text_completion'],
  ['generate', 'chat'],
  ['response', 'chat'],
  ['call_llm', 'chat'],
  ['embedding', 'embeddings'],
]);

/** Attributes that tell the operation where its name is missing; the first that is there decides. */
const operation_hints = [
  [semconv.GEN_AI_TOOL_NAME, semconv.OPERATION_EXECUTE_TOOL],
  [semconv.GEN_AI_TOOL_CALL_ID, semconv.OPERATION_EXECUTE_TOOL],
  [semconv.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, semconv.OPERATION_EMBEDDINGS],
  [semconv.GEN_AI_REQUEST_MODEL, semconv.OPERATION_CHAT],
] as const;

function asOperation(value: AttributeValue): string | undefined {
  const word = asText(value);
  return word === undefined ? undefined : (operations.get(word) ?? word);
}

function hintedOperation(attributes: AttributeMap): string | undefined {
  return operation_hints.find(([name]) => asText(attributes.get(name)) !== undefined)?.[1];
}

const cost_names = {
  total_cost: [
    'gen_ai.usage.cost.amount',
    'gen_ai.usage.cost',
    'gen_ai.usage.total_cost',
    'gen_ai.usage.cost_usd',
    'operation.cost',
  ],
  input_cost: ['gen_ai.usage.input_cost'],
  output_cost: ['gen_ai.usage.output_cost'],
};

function readDollars(attributes: AttributeMap): number | undefined {
  const currency = readText(attributes, ['gen_ai.usage.cost.currency']) ?? 'USD';
  return currency.toUpperCase() === 'USD' ? readCost(attributes, cost_names) : undefined;
}

function finishReasonsOf(output: readonly Message[] | undefined): readonly string[] | undefined {
  return output?.flatMap((message) =>
    message.finish_reason === undefined ? [] : canonicalFinishReason(message.finish_reason),
  );
}
