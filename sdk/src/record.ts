import type { Attributes } from '@opentelemetry/api';
import { capturesContent, putContent } from './content.ts';
import { inputMessages, outputMessages, responseFinishReason } from './messages.ts';
import {
  GEN_AI_CONVERSATION_ID,
  GEN_AI_INPUT_MESSAGES,
  GEN_AI_OUTPUT_MESSAGES,
  GEN_AI_OUTPUT_TYPE,
  GEN_AI_REQUEST_CHOICE_COUNT,
  GEN_AI_REQUEST_FREQUENCY_PENALTY,
  GEN_AI_REQUEST_MAX_TOKENS,
  GEN_AI_REQUEST_PRESENCE_PENALTY,
  GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID,
  GEN_AI_REQUEST_REASONING_LEVEL,
  GEN_AI_REQUEST_SEED,
  GEN_AI_REQUEST_STOP_SEQUENCES,
  GEN_AI_REQUEST_STREAM,
  GEN_AI_REQUEST_TEMPERATURE,
  GEN_AI_REQUEST_TOP_P,
  GEN_AI_RESPONSE_FINISH_REASONS,
  GEN_AI_RESPONSE_ID,
  GEN_AI_RESPONSE_MODEL,
  GEN_AI_SYSTEM_INSTRUCTIONS,
  OPENAI_REQUEST_SERVICE_TIER,
  OPENAI_RESPONSE_SERVICE_TIER,
  OPENAI_RESPONSE_SYSTEM_FINGERPRINT,
} from './semconv.ts';
import { asList, asNumber, asRecord, asText, type UnknownRecord } from './values.ts';

/** Writes what a model was asked with: the settings of the request. */
export function putRequest(attributes: Attributes, request: unknown): void {
  const params = asRecord(request);
  if (params === undefined) return;
  const maxTokens = params['max_completion_tokens'] ?? params['max_output_tokens'] ?? params['max_tokens'];
  put(attributes, GEN_AI_REQUEST_MAX_TOKENS, asNumber(maxTokens));
  put(attributes, GEN_AI_REQUEST_TEMPERATURE, asNumber(params['temperature']));
  put(attributes, GEN_AI_REQUEST_TOP_P, asNumber(params['top_p']));
  put(attributes, GEN_AI_REQUEST_FREQUENCY_PENALTY, asNumber(params['frequency_penalty']));
  put(attributes, GEN_AI_REQUEST_PRESENCE_PENALTY, asNumber(params['presence_penalty']));
  put(attributes, GEN_AI_REQUEST_SEED, asNumber(params['seed']));
  put(attributes, GEN_AI_REQUEST_STOP_SEQUENCES, texts(params['stop'] ?? params['stop_sequences']));
  if (params['n'] !== 1) put(attributes, GEN_AI_REQUEST_CHOICE_COUNT, asNumber(params['n']));
  if (params['stream'] === true) attributes[GEN_AI_REQUEST_STREAM] = true;
  const reasoning = params['reasoning_effort'] ?? asRecord(params['reasoning'])?.['effort'];
  put(attributes, GEN_AI_REQUEST_REASONING_LEVEL, asText(reasoning));
  put(attributes, GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID, asText(params['previous_response_id']));
  put(attributes, OPENAI_REQUEST_SERVICE_TIER, asText(params['service_tier']));
  put(attributes, GEN_AI_OUTPUT_TYPE, outputType(params));
  const conversation = params['conversation'];
  put(attributes, GEN_AI_CONVERSATION_ID, asText(conversation) ?? asText(asRecord(conversation)?.['id']));
}

/** Writes what the model said about its answer: id, model, why it ended, service tier. */
export function putResponse(attributes: Attributes, result: unknown): void {
  const response = asRecord(result);
  if (response === undefined) return;
  put(attributes, GEN_AI_RESPONSE_ID, asText(response['id']));
  put(attributes, GEN_AI_RESPONSE_MODEL, asText(response['model']));
  put(attributes, OPENAI_RESPONSE_SERVICE_TIER, asText(response['service_tier']));
  put(attributes, OPENAI_RESPONSE_SYSTEM_FINGERPRINT, asText(response['system_fingerprint']));
  put(attributes, GEN_AI_RESPONSE_FINISH_REASONS, finishReasons(response));
}

export function putInput(attributes: Attributes, input: unknown): void {
  if (!capturesContent()) return;
  const { messages, instructions } = inputMessages(input);
  if (messages.length > 0) putContent(attributes, GEN_AI_INPUT_MESSAGES, messages);
  if (instructions.length > 0) putContent(attributes, GEN_AI_SYSTEM_INSTRUCTIONS, instructions);
}

export function putOutput(attributes: Attributes, result: unknown): void {
  if (!capturesContent()) return;
  const messages = outputMessages(result);
  if (messages.length > 0) putContent(attributes, GEN_AI_OUTPUT_MESSAGES, messages);
}

function finishReasons(response: UnknownRecord): string[] | undefined {
  const choices = asList(response['choices'])?.map((choice) => asRecord(choice)?.['finish_reason']);
  const single =
    asText(response['finish_reason']) ?? asText(response['stop_reason']) ?? asText(response['finishReason']);
  const fromOutput = Array.isArray(response['output']) ? responseFinishReason(response) : undefined;
  return texts(choices ?? single ?? fromOutput);
}

function outputType(params: UnknownRecord): string | undefined {
  const format = asRecord(params['response_format']) ?? asRecord(asRecord(params['text'])?.['format']);
  const type = asText(format?.['type']);
  return type?.startsWith('json') ? 'json' : type;
}

function texts(value: unknown): string[] | undefined {
  const list = (asList(value) ?? [value]).filter((item) => typeof item === 'string');
  return list.length === 0 ? undefined : list;
}

function put(attributes: Attributes, name: string, value: string | number | string[] | undefined): void {
  if (value !== undefined) attributes[name] = value;
}
