import type { AttributeMap } from '../decode/records.ts';
import { type Names, readAmount } from './read.ts';

export interface CostNames {
  readonly total_cost: Names;
  readonly input_cost: Names;
  readonly output_cost: Names;
}

/** The cost of a span: the total where it is given, else the sum of its parts. */
export function readCost(attributes: AttributeMap, names: CostNames): number | undefined {
  const total = readAmount(attributes, names.total_cost);
  if (total !== undefined) return total;
  const input = readAmount(attributes, names.input_cost);
  const output = readAmount(attributes, names.output_cost);
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
}
