import type { AttributeMap } from '../decode/records.ts';
import { readAmount, readCount } from './read.ts';

type Names = readonly string[];

export interface TokenNames {
  readonly input_tokens: Names;
  readonly output_tokens: Names;
  readonly cache_read_tokens: Names;
  readonly cache_write_tokens: Names;
  readonly reasoning_tokens: Names;
  readonly audio_input_tokens: Names;
  readonly audio_output_tokens: Names;
}

/** The token counts of a span, each under the first of its names that holds one. */
export function readTokens(attributes: AttributeMap, names: TokenNames) {
  return {
    input_tokens: readCount(attributes, names.input_tokens),
    output_tokens: readCount(attributes, names.output_tokens),
    cache_read_tokens: readCount(attributes, names.cache_read_tokens),
    cache_write_tokens: readCount(attributes, names.cache_write_tokens),
    reasoning_tokens: readCount(attributes, names.reasoning_tokens),
    audio_input_tokens: readCount(attributes, names.audio_input_tokens),
    audio_output_tokens: readCount(attributes, names.audio_output_tokens),
  };
}

export interface CostNames {
  readonly total_cost: Names;
  readonly input_cost: Names;
  readonly output_cost: Names;
}

/** The cost of a span: the total where it is given, else the sum of its parts. */
export function readCost(attributes: AttributeMap, names: CostNames): number | undefined {
  const total = readAmount(attributes, names.total_cost);
  const input = readAmount(attributes, names.input_cost);
  const output = readAmount(attributes, names.output_cost);
  return total ?? (input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0));
}
