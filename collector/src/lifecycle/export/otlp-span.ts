import * as semconv from '@sextant/sdk/semconv';
import type { Message } from '../../normalise/message.ts';
import { keyValues } from '../../replay/otlp.ts';
import type { Row } from '../../stores/store.ts';
import { type Messages, messagesOf } from './messages.ts';
import { jsonOf, listOf, nanosecondsOf } from './read.ts';
import type { Attributes, ExportedItem } from './requests.ts';

export const span_form = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' } as const;

export interface SpanContents {
  readonly messages: Messages;
  /** Rows with `vector` and `text_hash`. */
  readonly vectors: readonly Row[];
}

/**
 * A row of `spans` as a span of OTLP JSON again, so that a collector that receives it makes the same row. Messages
 * and vectors go back onto the span, in the attributes of the GenAI conventions and of Sextant.
 *
 * What a row does not hold cannot come back: flags, counts of what a sender dropped, parts of a
 * microsecond, and that a text was once bytes or an integer beyond 2^53.
 */
export function spanOf(row: Row, contents: SpanContents): ExportedItem {
  const { start_ns, end_ns } = timesOf(row);
  const span = {
    traceId: row['trace_id'],
    spanId: row['span_id'],
    ...(row['parent_span_id'] === null ? {} : { parentSpanId: row['parent_span_id'] }),
    ...(row['trace_state'] === null ? {} : { traceState: row['trace_state'] }),
    name: row['name'],
    kind: kinds.indexOf(String(row['kind'])),
    startTimeUnixNano: String(start_ns),
    endTimeUnixNano: String(end_ns),
    attributes: keyValues(attributesOf(row, contents)),
    events: (listOf(row, 'events') as EventJson[]).map(({ name, time, attributes }) => ({
      name,
      timeUnixNano: String(nanosecondsOf(time)),
      attributes: keyValues(attributes),
    })),
    links: (listOf(row, 'links') as LinkJson[]).map((link) => ({
      traceId: link.trace_id,
      spanId: link.span_id,
      traceState: link.trace_state,
      attributes: keyValues(link.attributes),
    })),
    status: { code: statuses.indexOf(String(row['status'])), message: row['status_message'] ?? '' },
  };
  return { json: JSON.stringify(span), resource: String(row['resource']) };
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const statuses = ['unset', 'ok', 'error'];

interface EventJson {
  readonly name: string;
  readonly time: string;
  readonly attributes: Attributes;
}

interface LinkJson {
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_state: string;
  readonly attributes: Attributes;
}

/** Attributes that are still on the span stay as they are: messages were read from them and are in them. */
function attributesOf(row: Row, { messages, vectors }: SpanContents): Attributes {
  const contents: Record<string, unknown> = {};
  const put = (name: string, hashes: unknown) => {
    const found = messagesOf(hashes, messages);
    if (found.length > 0) contents[name] = JSON.stringify(found);
  };
  put(semconv.GEN_AI_INPUT_MESSAGES, row['input_messages']);
  put(semconv.GEN_AI_OUTPUT_MESSAGES, row['output_messages']);
  if (vectors.length > 0) {
    contents[semconv.SEXTANT_EMBEDDING_VECTORS] = vectors.map(({ vector }) => vectorText(vector));
    const texts = vectors.map(({ text_hash }) => textOf(messages.get(String(text_hash))));
    if (!texts.includes(null)) contents[semconv.SEXTANT_EMBEDDING_INPUTS] = texts;
  }
  return { ...contents, ...(jsonOf(row, 'attributes') as Attributes) };
}

function textOf(message: Message | undefined): string | null {
  const [part] = message?.parts ?? [];
  return part?.type === 'text' && typeof part.content === 'string' ? part.content : null;
}

/** Little-endian float32 in base64. */
function vectorText(vector: unknown): string {
  const numbers = vector as ArrayLike<number>;
  const bytes = Buffer.alloc(numbers.length * 4);
  for (let index = 0; index < numbers.length; index++)
    bytes.writeFloatLE(numbers[index] as number, index * 4);
  return bytes.toString('base64');
}

/**
 * Columns hold whole microseconds, and the duration to the nanosecond: a start within its microsecond is chosen so
 * that the end falls into its own.
 */
function timesOf(row: Row): { start_ns: bigint; end_ns: bigint } {
  const start_ns = BigInt(row['start_time'] as number) * 1000n;
  const end_us = BigInt(row['end_time'] as number);
  const duration_ns = BigInt(Math.round((row['duration_ms'] as number) * 1e6));
  const end_ns = start_ns + duration_ns;
  const missing_ns = end_us * 1000n - end_ns;
  const shift_ns = missing_ns > 0n && missing_ns < 1000n ? missing_ns : 0n;
  return { start_ns: start_ns + shift_ns, end_ns: end_ns + shift_ns };
}
