import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap } from '../../decode/records.ts';
import type { Dialect } from '../dialect.ts';
import { withoutAbsent } from '../fields.ts';
import { canonicalFinishReason } from '../finish-reason.ts';
import { readInput, readOutput, readVectors } from '../genai-content.ts';
import type { Message } from '../message.ts';
import { readProvider } from '../provider.ts';
import { asText, readSecondsAsMs, readText, readTexts } from '../read.ts';
import { readCost, readTokens } from '../read-usage.ts';

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
    return withoutAbsent({
      ...readCall(span.attributes),
      ...readNumbers(span.attributes),
      finish_reasons: readFinishReasons(span.attributes, output.messages),
      input_messages: input.messages,
      output_messages: output.messages,
      vectors: vectors.vectors,
      vectors_encoder: vectors.vectors && readText(span.attributes, names.encoder),
      consumed: [...input.consumed, ...output.consumed, ...vectors.consumed],
    });
  },
};

const names = {
  provider: [semconv.GEN_AI_PROVIDER_NAME, 'gen_ai.system'],
  request_model: [semconv.GEN_AI_REQUEST_MODEL],
  response_model: [semconv.GEN_AI_RESPONSE_MODEL],
  encoder: [semconv.GEN_AI_RESPONSE_MODEL, semconv.GEN_AI_REQUEST_MODEL],
  response_id: [semconv.GEN_AI_RESPONSE_ID],
  finish_reasons: [semconv.GEN_AI_RESPONSE_FINISH_REASONS, 'gen_ai.response.finish_reason'],
  error_type: [semconv.ERROR_TYPE],
  conversation_id: [semconv.GEN_AI_CONVERSATION_ID],
  agent_name: [semconv.GEN_AI_AGENT_NAME],
  agent_version: [semconv.GEN_AI_AGENT_VERSION],
  tool_name: [semconv.GEN_AI_TOOL_NAME],
  tool_call_id: [semconv.GEN_AI_TOOL_CALL_ID, 'gen_ai.tool.call_id'],
  tool_version: [semconv.SEXTANT_TOOL_VERSION],
  prompt_name: [semconv.GEN_AI_PROMPT_NAME],
  prompt_version: [semconv.GEN_AI_PROMPT_VERSION],
  chain_name: [semconv.GEN_AI_WORKFLOW_NAME],
  chain_version: [semconv.SEXTANT_CHAIN_VERSION],
  adapter_name: [semconv.SEXTANT_ADAPTER_NAME],
  adapter_version: [semconv.SEXTANT_ADAPTER_VERSION],
  deployment_version: [semconv.SEXTANT_DEPLOYMENT_VERSION],
  service_tier: [
    semconv.OPENAI_RESPONSE_SERVICE_TIER,
    'gen_ai.openai.response.service_tier',
    semconv.OPENAI_REQUEST_SERVICE_TIER,
    'gen_ai.openai.request.service_tier',
  ],
  input_tokens: [semconv.GEN_AI_USAGE_INPUT_TOKENS, 'gen_ai.usage.prompt_tokens'],
  output_tokens: [semconv.GEN_AI_USAGE_OUTPUT_TOKENS, 'gen_ai.usage.completion_tokens'],
  cache_read_tokens: [
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.cached_tokens',
    'gen_ai.usage.input_cached_tokens',
  ],
  cache_write_tokens: [
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ],
  reasoning_tokens: [semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, 'gen_ai.usage.reasoning_tokens'],
  audio_input_tokens: [semconv.SEXTANT_USAGE_AUDIO_INPUT_TOKENS, 'gen_ai.usage.audio.input_tokens'],
  audio_output_tokens: [semconv.SEXTANT_USAGE_AUDIO_OUTPUT_TOKENS, 'gen_ai.usage.audio.output_tokens'],
  total_cost: [
    'gen_ai.usage.cost.amount',
    'gen_ai.usage.cost',
    'gen_ai.usage.total_cost',
    'gen_ai.usage.cost_usd',
    'operation.cost',
  ],
  cost_currency: ['gen_ai.usage.cost.currency'],
  input_cost: ['gen_ai.usage.input_cost'],
  output_cost: ['gen_ai.usage.output_cost'],
  ttft: [semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK],
  tpot: [semconv.SEXTANT_RESPONSE_TIME_PER_OUTPUT_TOKEN],
  queue: [semconv.SEXTANT_SERVER_TIME_IN_QUEUE],
  prefill: [semconv.SEXTANT_SERVER_TIME_IN_PREFILL],
  decode: [semconv.SEXTANT_SERVER_TIME_IN_DECODE],
} as const;

function readCall(attributes: AttributeMap) {
  return {
    operation: readOperation(attributes),
    provider: readProvider(attributes, names.provider),
    request_model: readText(attributes, names.request_model),
    response_model: readText(attributes, names.response_model),
    response_id: readText(attributes, names.response_id),
    error_type: readText(attributes, names.error_type),
    conversation_id: readText(attributes, names.conversation_id),
    agent_name: readText(attributes, names.agent_name),
    agent_version: readText(attributes, names.agent_version),
    tool_name: readText(attributes, names.tool_name),
    tool_call_id: readText(attributes, names.tool_call_id),
    tool_version: readText(attributes, names.tool_version),
    prompt_name: readText(attributes, names.prompt_name),
    prompt_version: readText(attributes, names.prompt_version),
    chain_name: readText(attributes, names.chain_name),
    chain_version: readText(attributes, names.chain_version),
    adapter_name: readText(attributes, names.adapter_name),
    adapter_version: readText(attributes, names.adapter_version),
    deployment_version: readText(attributes, names.deployment_version),
    service_tier: readText(attributes, names.service_tier),
  };
}

function readNumbers(attributes: AttributeMap) {
  return {
    ...readTokens(attributes, names),
    reported_cost_usd: readDollars(attributes),
    ttft_ms: readSecondsAsMs(attributes, names.ttft),
    tpot_ms: readSecondsAsMs(attributes, names.tpot),
    queue_ms: readSecondsAsMs(attributes, names.queue),
    prefill_ms: readSecondsAsMs(attributes, names.prefill),
    decode_ms: readSecondsAsMs(attributes, names.decode),
  };
}

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

function readOperation(attributes: AttributeMap): string | undefined {
  const word = readText(attributes, [semconv.GEN_AI_OPERATION_NAME]);
  if (word !== undefined) return operations.get(word) ?? word;
  return operation_hints.find(([name]) => asText(attributes.get(name)) !== undefined)?.[1];
}

function readDollars(attributes: AttributeMap): number | undefined {
  const currency = readText(attributes, names.cost_currency) ?? 'USD';
  return currency.toUpperCase() === 'USD' ? readCost(attributes, names) : undefined;
}

function readFinishReasons(
  attributes: AttributeMap,
  output: readonly Message[] | undefined,
): readonly string[] | undefined {
  const reasons =
    readTexts(attributes, names.finish_reasons) ?? output?.flatMap((message) => message.finish_reason ?? []);
  return reasons?.map(canonicalFinishReason);
}
