import type { AttributeMap, DecodedSpan } from '../decode/records.ts';
import { isRecord, jsonOrText, toJsonObject } from './json.ts';
import type { Message } from './message.ts';
import { readMessage, readPrompt } from './messages.ts';

/**
 * Messages in span events, where the GenAI conventions had them before `gen_ai.input.messages`. Events stay on
 * the span as they came.
 */

const details = 'gen_ai.client.inference.operation.details';

const input_events: ReadonlyMap<string, string> = new Map([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
]);
const output_events: ReadonlyMap<string, string> = new Map([['gen_ai.choice', 'assistant']]);

/** Input messages, from the newest form that is there. */
export function readInputEvents(span: DecodedSpan): readonly Message[] | undefined {
  return (
    readWhole(span, { event: details, attribute: 'gen_ai.input.messages', role: 'user' }) ??
    readEach(span, input_events) ??
    readWhole(span, { event: 'gen_ai.content.prompt', attribute: 'gen_ai.prompt', role: 'user' })
  );
}

/** Output messages, from the newest form that is there. */
export function readOutputEvents(span: DecodedSpan): readonly Message[] | undefined {
  return (
    readWhole(span, { event: details, attribute: 'gen_ai.output.messages', role: 'assistant' }) ??
    readEach(span, output_events) ??
    readWhole(span, { event: 'gen_ai.content.completion', attribute: 'gen_ai.completion', role: 'assistant' })
  );
}

/** All messages in one attribute of one event. */
function readWhole(
  span: DecodedSpan,
  place: { event: string; attribute: string; role: string },
): readonly Message[] | undefined {
  const event = span.events.find(
    ({ name, attributes }) => name === place.event && attributes.has(place.attribute),
  );
  return event && readPrompt(event.attributes.get(place.attribute), place.role)?.messages;
}

/** One message in each event of the given names. */
function readEach(span: DecodedSpan, roles: ReadonlyMap<string, string>): readonly Message[] | undefined {
  const messages = span.events.flatMap(({ name, attributes }) => {
    const role = roles.get(name);
    const message = role === undefined ? undefined : eventMessage(attributes, role);
    return message === undefined || message.parts.length === 0 ? [] : [message];
  });
  return messages.length > 0 ? messages : undefined;
}

function eventMessage(attributes: AttributeMap, default_role: string): Message {
  const event = toJsonObject(attributes);
  // A choice holds its message in an attribute of that name, the other events are the message.
  const nested = jsonOrText(event['message']);
  const body = isRecord(nested) ? nested : { ...event, content: event['content'] ?? nested };
  return readMessage(
    {
      role: body['role'] ?? event['role'],
      content: jsonOrText(body['content']),
      tool_calls: jsonOrText(body['tool_calls']),
      tool_call_id: default_role === 'tool' ? event['id'] : undefined,
      finish_reason: event['finish_reason'],
    },
    default_role,
  ).message;
}
