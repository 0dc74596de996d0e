import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap, DecodedSpan } from '../decode/records.ts';
import type { SpanVector } from './dialect.ts';
import { joinEvents, readEvent } from './event-messages.ts';
import { type FlattenedForm, readFlattened } from './flattened-messages.ts';
import type { Message } from './message.ts';
import { prependInstructions, type ReadMessages, readMessages, readPrompt } from './messages.ts';
import { decodeVector } from './vectors.ts';

/** Where senders of the GenAI conventions put content, newest place first. */

export interface Content {
  /** Absent where the sender gave none. */
  readonly messages?: readonly Message[];
  /** Attributes whose content is in the messages. */
  readonly consumed: readonly string[];
}

export function readInput(span: DecodedSpan): Content {
  const { attributes } = span;
  const name = semconv.GEN_AI_INPUT_MESSAGES;
  const input =
    fromAttribute(name, readMessages(attributes.get(name), 'user')) ??
    fromEvents(span, 'input') ??
    readFlattened(attributes, { prefix: 'gen_ai.prompt', role: 'user', form: flattened }) ??
    fromAttribute('gen_ai.prompt', readPrompt(attributes.get('gen_ai.prompt'), 'user'));
  return withInstructions(attributes, input ?? { consumed: [] });
}

export function readOutput(span: DecodedSpan): Content {
  const { attributes } = span;
  const name = semconv.GEN_AI_OUTPUT_MESSAGES;
  const output =
    fromAttribute(name, readMessages(attributes.get(name), 'assistant')) ??
    fromEvents(span, 'output') ??
    readFlattened(attributes, { prefix: 'gen_ai.completion', role: 'assistant', form: flattened }) ??
    fromAttribute('gen_ai.completion', readPrompt(attributes.get('gen_ai.completion'), 'assistant'));
  return output ?? { consumed: [] };
}

/** Vectors of the attributes Sextant adds, with the texts they embed where these were sent. */
export function readVectors(attributes: AttributeMap): {
  readonly vectors: readonly SpanVector[];
  readonly consumed: readonly string[];
} {
  const sent = listOf(attributes, semconv.SEXTANT_EMBEDDING_VECTORS);
  if (sent.length === 0) return { vectors: [], consumed: [] };
  const texts = listOf(attributes, semconv.SEXTANT_EMBEDDING_INPUTS);
  const vectors = sent.flatMap((item, index): SpanVector[] => {
    const vector = decodeVector(item);
    const text = texts[index];
    if (vector === undefined) return [];
    return [typeof text === 'string' && text !== '' ? { vector, text } : { vector }];
  });
  if (vectors.length < sent.length) return { vectors, consumed: [] };
  const texts_kept = vectors.filter((item) => item.text !== undefined).length === texts.length;
  return {
    vectors,
    consumed: texts_kept
      ? [semconv.SEXTANT_EMBEDDING_VECTORS, semconv.SEXTANT_EMBEDDING_INPUTS]
      : [semconv.SEXTANT_EMBEDDING_VECTORS],
  };
}

const flattened: FlattenedForm = {
  role: 'role',
  content: 'content',
  name: 'name',
  finish_reason: 'finish_reason',
  tool_call_id: 'tool_call_id',
  tool_calls: 'tool_calls',
  call_id: 'id',
  call_name: 'name',
  call_arguments: 'arguments',
};

function fromAttribute(name: string, read: ReadMessages | undefined): Content | undefined {
  return read && { messages: read.messages, consumed: read.complete ? [name] : [] };
}

/** Events stay on the span as they came. */
function fromEvents(span: DecodedSpan, side: 'input' | 'output'): Content | undefined {
  const contents = span.events.flatMap((event) => readEvent(event) ?? []);
  const messages = joinEvents(contents, (content) => content[side]);
  return messages && { messages, consumed: [] };
}

function withInstructions(attributes: AttributeMap, input: Content): Content {
  const name = semconv.GEN_AI_SYSTEM_INSTRUCTIONS;
  const read = prependInstructions(attributes.get(name), input.messages ?? []);
  if (read === undefined) return input;
  return {
    messages: read.messages,
    consumed: read.complete ? [...input.consumed, name] : input.consumed,
  };
}

function listOf(attributes: AttributeMap, name: string) {
  const value = attributes.get(name);
  return Array.isArray(value) ? value : [];
}
