import type { Attributes } from '@opentelemetry/api';
import {
  GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  GEN_AI_USAGE_INPUT_TOKENS,
  GEN_AI_USAGE_OUTPUT_TOKENS,
  GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  SEXTANT_USAGE_AUDIO_INPUT_TOKENS,
  SEXTANT_USAGE_AUDIO_OUTPUT_TOKENS,
} from './semconv.ts';
import { asRecord, type UnknownRecord } from './values.ts';

/** Tokens as the OpenTelemetry convention counts them: input includes the cache, output includes reasoning. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
}

export function putUsage(attributes: Attributes, usage: Usage): void {
  put(attributes, GEN_AI_USAGE_INPUT_TOKENS, usage.inputTokens);
  put(attributes, GEN_AI_USAGE_OUTPUT_TOKENS, usage.outputTokens);
  put(attributes, GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, usage.cacheReadTokens);
  put(attributes, GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, usage.cacheWriteTokens);
  put(attributes, GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, usage.cacheWriteTokens);
  put(attributes, GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, usage.reasoningTokens);
  put(attributes, SEXTANT_USAGE_AUDIO_INPUT_TOKENS, usage.audioInputTokens);
  put(attributes, SEXTANT_USAGE_AUDIO_OUTPUT_TOKENS, usage.audioOutputTokens);
}

/** Finds the usage a result carries, whichever of the common shapes it has; undefined where there is none. */
export function findUsage(result: unknown): Usage | undefined {
  const holder = asRecord(result);
  const usage = asRecord(holder?.['usage'] ?? holder?.['usageMetadata'] ?? holder?.['usage_metadata']);
  if (usage === undefined) return undefined;
  return shapes.find((shape) => shape.names.some((name) => name in usage))?.read(usage);
}

interface UsageShape {
  /** The shape is recognised by any of these fields. */
  readonly names: readonly string[];
  read(usage: UnknownRecord): Usage;
}

/** Asked in this order: the field names of the first overlap with none of those before it. */
const shapes: readonly UsageShape[] = [
  { names: ['prompt_tokens', 'completion_tokens'], read: openAiChat },
  { names: ['cache_read_input_tokens', 'cache_creation_input_tokens'], read: anthropic },
  { names: ['input_tokens', 'output_tokens'], read: openAiResponses },
  { names: ['promptTokenCount', 'candidatesTokenCount'], read: gemini },
  { names: ['inputTokens', 'outputTokens'], read: vercelOrOurs },
];

function openAiChat(usage: UnknownRecord): Usage {
  const input = asRecord(usage['prompt_tokens_details']);
  const output = asRecord(usage['completion_tokens_details']);
  return {
    ...count('inputTokens', usage['prompt_tokens']),
    ...count('outputTokens', usage['completion_tokens']),
    // DeepSeek keeps its cache hits beside the details.
    ...count('cacheReadTokens', input?.['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    ...count('cacheWriteTokens', input?.['cache_write_tokens']),
    ...count('reasoningTokens', output?.['reasoning_tokens']),
    ...count('audioInputTokens', input?.['audio_tokens']),
    ...count('audioOutputTokens', output?.['audio_tokens']),
  };
}

function openAiResponses(usage: UnknownRecord): Usage {
  const input = asRecord(usage['input_tokens_details']);
  const output = asRecord(usage['output_tokens_details']);
  return {
    ...count('inputTokens', usage['input_tokens']),
    ...count('outputTokens', usage['output_tokens']),
    ...count('cacheReadTokens', input?.['cached_tokens']),
    ...count('cacheWriteTokens', input?.['cache_write_tokens']),
    ...count('reasoningTokens', output?.['reasoning_tokens']),
    ...count('audioInputTokens', input?.['audio_tokens']),
    ...count('audioOutputTokens', output?.['audio_tokens']),
  };
}

/** Anthropic's input tokens leave the cache out. */
function anthropic(usage: UnknownRecord): Usage {
  const read = tokens(usage['cache_read_input_tokens']);
  const written = tokens(usage['cache_creation_input_tokens']);
  const input = tokens(usage['input_tokens']);
  return {
    ...count('inputTokens', input === undefined ? undefined : input + (read ?? 0) + (written ?? 0)),
    ...count('outputTokens', usage['output_tokens']),
    ...count('cacheReadTokens', read),
    ...count('cacheWriteTokens', written),
  };
}

/** Gemini's candidates leave the thoughts out. */
function gemini(usage: UnknownRecord): Usage {
  const thoughts = tokens(usage['thoughtsTokenCount']);
  const candidates = tokens(usage['candidatesTokenCount']);
  const output =
    candidates === undefined && thoughts === undefined ? undefined : (candidates ?? 0) + (thoughts ?? 0);
  return {
    ...count('inputTokens', usage['promptTokenCount']),
    ...count('outputTokens', output),
    ...count('cacheReadTokens', usage['cachedContentTokenCount']),
    ...count('reasoningTokens', thoughts),
  };
}

function vercelOrOurs(usage: UnknownRecord): Usage {
  const input = asRecord(usage['inputTokenDetails']);
  const output = asRecord(usage['outputTokenDetails']);
  return {
    ...count('inputTokens', usage['inputTokens']),
    ...count('outputTokens', usage['outputTokens']),
    ...count(
      'cacheReadTokens',
      usage['cacheReadTokens'] ?? input?.['cacheReadTokens'] ?? usage['cachedInputTokens'],
    ),
    ...count('cacheWriteTokens', usage['cacheWriteTokens'] ?? input?.['cacheWriteTokens']),
    ...count('reasoningTokens', usage['reasoningTokens'] ?? output?.['reasoningTokens']),
    ...count('audioInputTokens', usage['audioInputTokens']),
    ...count('audioOutputTokens', usage['audioOutputTokens']),
  };
}

function count(name: keyof Usage, value: unknown): Usage {
  const number = tokens(value);
  return number === undefined ? {} : { [name]: number };
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function put(attributes: Attributes, name: string, value: number | undefined): void {
  if (value !== undefined) attributes[name] = value;
}
