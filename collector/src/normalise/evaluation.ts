import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap, AttributeValue } from '../decode/records.ts';
import type { NamedEvent } from './event-messages.ts';
import { asText, readText } from './read.ts';

/**
 * What an event `gen_ai.evaluation.result` says about the span it belongs to. A judgement that failed has neither
 * value nor label: it is an evaluation all the same, and never a zero.
 */
export interface Evaluation {
  readonly name: string;
  readonly value: number | null;
  readonly label: string | null;
  readonly explanation: string | null;
  readonly source: 'judge' | 'human' | 'code';
  /** Id of the provider's answer that was judged. */
  readonly response_id: string | null;
  /** What else was said, error.type and the response id among it. */
  readonly others: AttributeMap;
}

/** Undefined for another event, and for one that does not say what was evaluated. */
export function readEvaluation({ name, attributes, body }: NamedEvent): Evaluation | undefined {
  if (name !== 'gen_ai.evaluation.result') return undefined;
  // Events are meant to have attributes; some senders put the same names into the body.
  const fields: AttributeMap = body instanceof Map ? new Map([...body, ...attributes]) : attributes;
  const evaluation_name = readText(fields, [names.name]);
  if (evaluation_name === undefined) return undefined;
  const read = {
    [names.name]: evaluation_name,
    [names.value]: asScore(fields.get(names.value)),
    [names.label]: asText(fields.get(names.label)),
    [names.explanation]: asText(fields.get(names.explanation)),
  };
  return {
    name: evaluation_name,
    value: read[names.value] ?? null,
    label: read[names.label] ?? null,
    explanation: read[names.explanation] ?? null,
    source: sources.get(readText(fields, names.kind)?.toLowerCase() ?? '') ?? 'judge',
    response_id: readText(fields, [semconv.GEN_AI_RESPONSE_ID]) ?? null,
    others: new Map([...fields].filter(([field]) => read[field as keyof typeof read] === undefined)),
  };
}

const names = {
  name: 'gen_ai.evaluation.name',
  value: 'gen_ai.evaluation.score.value',
  label: 'gen_ai.evaluation.score.label',
  explanation: 'gen_ai.evaluation.explanation',
  kind: [semconv.SEXTANT_EVALUATION_KIND, 'gen_ai.evaluation.evaluator.type'],
} as const;

/** The convention has no word for who judged; these are the words of senders that say it. */
const sources: ReadonlyMap<string, Evaluation['source']> = new Map([
  ['llm', 'judge'],
  ['judge', 'judge'],
  ['human', 'human'],
  ['code', 'code'],
]);

const decimal_number = /^[+-]?\d{1,16}(\.\d{1,20})?(e[+-]?\d{1,3})?$/i;

/** A finite number of either sign, also where it was sent as text; true is 1 and false is 0. */
function asScore(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && !decimal_number.test(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined;
  const score = Number(value);
  return Number.isFinite(score) ? score : undefined;
}
