import type { CanonicalFields } from './dialect.ts';
import { isRecord } from './json.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isAmount: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = listOf(isText);
const isMessages = listOf(
  (message) =>
    isRecord(message) &&
    isText(message['role']) &&
    listOf((part) => isRecord(part) && isText(part['type']))(message['parts']),
);
const isVectors = listOf(
  (item) =>
    isRecord(item) &&
    item['vector'] instanceof Float32Array &&
    (item['text'] === undefined || isText(item['text'])),
);

function listOf(isItem: Check): Check {
  return (value) => Array.isArray(value) && value.every(isItem);
}

/** What the contract of `Dialect` asks of a value of each field. */
const checks: Readonly<Record<keyof CanonicalFields, Check>> = {
  operation: isText,
  is_aggregate: isFlag,
  provider: isText,
  request_model: isText,
  response_model: isText,
  response_id: isText,
  finish_reasons: isTexts,
  error_type: isText,
  conversation_id: isText,
  user_id: isText,
  agent_name: isText,
  agent_version: isText,
  tool_name: isText,
  tool_call_id: isText,
  tool_version: isText,
  prompt_name: isText,
  prompt_version: isText,
  chain_name: isText,
  chain_version: isText,
  adapter_name: isText,
  adapter_version: isText,
  user_segment: isText,
  deployment_version: isText,
  input_tokens: isCount,
  output_tokens: isCount,
  cache_read_tokens: isCount,
  cache_write_tokens: isCount,
  reasoning_tokens: isCount,
  audio_input_tokens: isCount,
  audio_output_tokens: isCount,
  input_includes_cache: isFlag,
  output_includes_reasoning: isFlag,
  service_tier: isText,
  reported_cost_usd: isAmount,
  ttft_ms: isAmount,
  tpot_ms: isAmount,
  queue_ms: isAmount,
  prefill_ms: isAmount,
  decode_ms: isAmount,
  input_messages: isMessages,
  output_messages: isMessages,
  vectors: isVectors,
  vectors_encoder: isText,
  consumed: isTexts,
};

/**
 * Of what somebody else's dialect gave, the fields that hold what they may. A store cannot hold the others, and would
 * be tried again with them for ever.
 * @param onWrong told of each field that was left out
 * @throws TypeError for messages that are no JSON
 */
export function wellFormed(given: unknown, onWrong: (problem: string) => void): CanonicalFields {
  if (!isRecord(given)) {
    onWrong('map must give an object.');
    return {};
  }
  const kept: Record<string, unknown> = {};
  for (const [name, isRight] of Object.entries(checks)) {
    const value = given[name];
    if (value === undefined) continue;
    if (isRight(value)) kept[name] = value;
    else onWrong(`map gave a value of the wrong type for ${name}.`);
  }
  JSON.stringify([kept['input_messages'], kept['output_messages']]);
  return kept;
}
