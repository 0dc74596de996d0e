import type { AttributeValue } from '../decode/records.ts';
import { asTexts } from './read.ts';

/** Words of senders for why generation ended, and the words of the GenAI conventions for them. */
const finish_reasons: ReadonlyMap<string, string> = new Map([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['completed', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
  ['content-filter', 'content_filter'],
  ['safety', 'content_filter'],
  ['refusal', 'content_filter'],
  ['tool_call', 'tool_call'],
  ['tool_calls', 'tool_call'],
  ['tool-calls', 'tool_call'],
  ['tool_use', 'tool_call'],
  ['function_call', 'tool_call'],
  ['error', 'error'],
]);

/** The conventions' word, or the sender's own when they have none. */
export function canonicalFinishReason(word: string): string {
  return finish_reasons.get(word.toLowerCase()) ?? word;
}

/** The reasons an attribute gives, one for each choice. */
export function asFinishReasons(value: AttributeValue): readonly string[] | undefined {
  return asTexts(value)?.map(canonicalFinishReason);
}
