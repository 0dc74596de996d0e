import * as semconv from '@sextant/sdk/semconv';
import { isRecord } from '../../normalise/json.ts';
import type { Message, OtherPart } from '../../normalise/message.ts';
import { anyValue, keyValues } from '../../replay/otlp.ts';
import type { Row } from '../../stores/store.ts';
import { type Messages, messagesOf } from './messages.ts';
import { jsonOf } from './read.ts';
import type { Attributes, ExportedItem } from './requests.ts';

export const log_form = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' } as const;

/**
 * A row of `logs` as a log record of OTLP JSON again, so that a collector that receives it makes the same row.
 * Messages go back to where events of this name have them (GenAI conventions, `normalise/event-messages.ts`).
 *
 * A record that did not say when it happened says now what the row does: when it was observed or received.
 */
export function logOf(row: Row, messages: Messages): ExportedItem {
  const { body, attributes } = withMessages(row, messages);
  const log = {
    timeUnixNano: nanoseconds(row['time']),
    ...(row['observed_time'] === null ? {} : { observedTimeUnixNano: nanoseconds(row['observed_time']) }),
    ...(row['trace_id'] === null ? {} : { traceId: row['trace_id'] }),
    ...(row['span_id'] === null ? {} : { spanId: row['span_id'] }),
    severityNumber: row['severity_number'] ?? 0,
    severityText: row['severity_text'] ?? '',
    eventName: row['event_name'] ?? '',
    ...(body === null ? {} : { body: anyValue(body) }),
    attributes: keyValues(attributes),
  };
  return { json: JSON.stringify(log), resource: String(row['resource']) };
}

interface Content {
  readonly body: unknown;
  readonly attributes: Attributes;
}

function withMessages(row: Row, messages: Messages): Content {
  const body = row['body'] === null ? null : jsonOf(row, 'body');
  const attributes = jsonOf(row, 'attributes') as Attributes;
  const input = messagesOf(row['input_messages'], messages);
  const output = messagesOf(row['output_messages'], messages);
  const [message] = [...input, ...output];
  const place = whole_places.get(String(row['event_name']));
  if (message === undefined) return { body, attributes };
  if (place === undefined) return withMessage({ body, attributes }, message);
  const added = { ...listed(place.input, input), ...listed(place.output, output) };
  const kept = isRecord(body) ? Object.keys(body) : [];
  // What is still there is what the messages were read from.
  for (const name of kept) delete added[name];
  return { body, attributes: { ...added, ...attributes } };
}

/** Attributes of events that hold all messages of a side. */
const whole_places = new Map<string, { readonly input?: string; readonly output?: string }>([
  [
    'gen_ai.client.inference.operation.details',
    { input: semconv.GEN_AI_INPUT_MESSAGES, output: semconv.GEN_AI_OUTPUT_MESSAGES },
  ],
  ['gen_ai.content.prompt', { input: 'gen_ai.prompt' }],
  ['gen_ai.content.completion', { output: 'gen_ai.completion' }],
]);

function listed(name: string | undefined, messages: readonly Message[]): Record<string, unknown> {
  return name === undefined || messages.length === 0 ? {} : { [name]: JSON.stringify(messages) };
}

/** Events of one message have it in their body. */
function withMessage({ body, attributes }: Content, message: Message): Content {
  const is_kept = [body, attributes].some(
    (place) => isRecord(place) && content_fields.some((name) => Object.hasOwn(place, name)),
  );
  if (is_kept || (body !== null && !isRecord(body))) return { body, attributes };
  const [part] = message.parts;
  if (body === null) return { body: (part as OtherPart | undefined)?.['content'] ?? null, attributes };
  if (part?.type === 'tool_call_response')
    return { body: { ...body, content: part['response'] }, attributes };
  const { role, parts: content } = message;
  return { body: { ...body, message: { role, content } }, attributes };
}

const content_fields = ['content', 'message', 'tool_calls', 'gen_ai.event.content'];

function nanoseconds(time_us: unknown): string {
  return String(BigInt(time_us as number) * 1000n);
}
