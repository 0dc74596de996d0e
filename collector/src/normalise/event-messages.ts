import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap, AttributeValue } from '../decode/records.ts';
import { canonicalFinishReason } from './finish-reason.ts';
import { isRecord, jsonOrText, toJsonObject } from './json.ts';
import type { Message } from './message.ts';
import { prependInstructions, readMessage, readPrompt } from './messages.ts';
import { readTexts } from './read.ts';

/**
 * Messages in events, where the GenAI conventions have them beside or before the attributes of a span. An event is
 * recorded on its span or sent apart as a log record; either way it has the same name and the same content.
 */
export interface NamedEvent {
  readonly name: string;
  readonly attributes: AttributeMap;
  /** What a log record has beside its attributes. */
  readonly body?: AttributeValue;
}

/** What one event says. */
export interface EventContent {
  readonly form: EventForm;
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  /** In the words of the conventions, one for each choice. */
  readonly finish_reasons: readonly string[];
  /** Where content stood that the messages hold in full. */
  readonly kept: KeptPlaces;
}

export interface KeptPlaces {
  readonly attributes: ReadonlySet<string>;
  /** Keys of the body, or all of it. */
  readonly body: ReadonlySet<string> | 'whole';
}

/** The whole exchange in one event, one event for each message, and the form before both. */
export type EventForm = 'details' | 'message' | 'content';
const newest_first: readonly EventForm[] = ['details', 'message', 'content'];

/** Reads an event whose name says that it holds messages; undefined for every other. */
export function readEvent(event: NamedEvent): EventContent | undefined {
  const place = places.get(event.name);
  if (place === undefined) return undefined;
  return place.form === 'message' ? readMessageEvent(event, place) : readWholeEvent(event, place);
}

/**
 * Joins what the events of one span list: the newest form that is there speaks. Events of one message are joined in
 * the order given; of events that hold everything the first counts. Undefined where no event has any.
 */
export function joinEvents<Content extends { readonly form: EventForm }, Item>(
  contents: readonly Content[],
  listOf: (content: Content) => readonly Item[],
): readonly Item[] | undefined {
  for (const form of newest_first) {
    const lists = contents.filter((content) => content.form === form).map(listOf);
    const items = form === 'message' ? lists.flat() : lists.find((list) => list.length > 0);
    if (items !== undefined && items.length > 0) return items;
  }
  return undefined;
}

interface MessagePlace {
  readonly form: 'message';
  readonly side: 'input' | 'output';
  readonly role: string;
}

/** Fields that hold all messages of a side; one that an event has not is absent. */
interface WholePlace {
  readonly form: 'details' | 'content';
  readonly input?: string;
  readonly output?: string;
  readonly instructions?: string;
}

const places: ReadonlyMap<string, MessagePlace | WholePlace> = new Map<string, MessagePlace | WholePlace>([
  [
    'gen_ai.client.inference.operation.details',
    {
      form: 'details',
      input: semconv.GEN_AI_INPUT_MESSAGES,
      output: semconv.GEN_AI_OUTPUT_MESSAGES,
      instructions: semconv.GEN_AI_SYSTEM_INSTRUCTIONS,
    },
  ],
  ['gen_ai.system.message', { form: 'message', side: 'input', role: 'system' }],
  ['gen_ai.user.message', { form: 'message', side: 'input', role: 'user' }],
  ['gen_ai.assistant.message', { form: 'message', side: 'input', role: 'assistant' }],
  ['gen_ai.tool.message', { form: 'message', side: 'input', role: 'tool' }],
  ['gen_ai.choice', { form: 'message', side: 'output', role: 'assistant' }],
  ['gen_ai.content.prompt', { form: 'content', input: 'gen_ai.prompt' }],
  ['gen_ai.content.completion', { form: 'content', output: 'gen_ai.completion' }],
]);

const nothing: ReadonlySet<string> = new Set();

function readWholeEvent(event: NamedEvent, place: WholePlace): EventContent {
  const { attributes, body } = event;
  const in_body = body instanceof Map ? body : undefined;
  const field = (name: string | undefined) =>
    name === undefined ? undefined : (attributes.get(name) ?? in_body?.get(name));
  const sent = readPrompt(field(place.input), 'user');
  const instructions = prependInstructions(field(place.instructions), sent?.messages ?? []);
  const output = readPrompt(field(place.output), 'assistant');
  const complete = [
    ...(sent?.complete ? [place.input] : []),
    ...(instructions?.complete ? [place.instructions] : []),
    ...(output?.complete ? [place.output] : []),
  ].filter((name) => name !== undefined);
  return {
    form: place.form,
    input: instructions?.messages ?? sent?.messages ?? [],
    output: output?.messages ?? [],
    finish_reasons: (
      readTexts(attributes, finish_reason_names) ??
      output?.messages.flatMap((message) => message.finish_reason ?? []) ??
      []
    ).map(canonicalFinishReason),
    kept: {
      attributes: new Set(complete.filter((name) => attributes.has(name))),
      body: new Set(complete.filter((name) => !attributes.has(name))),
    },
  };
}

const finish_reason_names = [semconv.GEN_AI_RESPONSE_FINISH_REASONS, 'gen_ai.response.finish_reason'];

function readMessageEvent(event: NamedEvent, { form, side, role }: MessagePlace): EventContent {
  const fields = fieldsOf(event);
  // A choice holds its message in a field of that name, the other events are the message.
  const nested = fields['message'];
  const described = isRecord(nested) ? nested : { ...fields, content: fields['content'] ?? nested };
  const { finish_reason } = fields;
  const { message, complete } = readMessage(
    {
      role: described['role'] ?? fields['role'],
      content: described['content'],
      tool_calls: described['tool_calls'],
      tool_call_id: role === 'tool' ? fields['id'] : undefined,
      finish_reason,
    },
    role,
  );
  const messages = message.parts.length > 0 ? [message] : [];
  const is_kept = messages.length > 0 && complete && (!isRecord(nested) || isPlain(nested));
  const read = isRecord(nested)
    ? ['message']
    : [fields['content'] == null ? 'message' : 'content', 'tool_calls'];
  return {
    form,
    input: side === 'input' ? messages : [],
    output: side === 'output' ? messages : [],
    finish_reasons: typeof finish_reason === 'string' ? [canonicalFinishReason(finish_reason)] : [],
    kept: { attributes: nothing, body: is_kept ? keptOfBody(event.body, read) : nothing },
  };
}

/**
 * Span events have the fields as attributes, or all of them as JSON text in one. Log records have them in the body,
 * where a text that looks like JSON is a text.
 */
function fieldsOf({ attributes, body }: NamedEvent): Record<string, unknown> {
  const in_attribute = jsonOrText(attributes.get('gen_ai.event.content'));
  const in_body = body instanceof Map ? toJsonObject(body) : jsonOrText(body);
  return {
    ...unpacked({ ...toJsonObject(attributes), ...(isRecord(in_attribute) && in_attribute) }),
    ...(isRecord(in_body) ? in_body : typeof in_body === 'string' && { content: in_body }),
  };
}

/** Attributes of spans cannot hold structure everywhere, so that senders write it as JSON text. */
function unpacked(fields: Record<string, unknown>): Record<string, unknown> {
  const { content, tool_calls, message, ...others } = fields;
  const nested = jsonOrText(message);
  return {
    ...others,
    content: jsonOrText(content),
    tool_calls: jsonOrText(tool_calls),
    message: isRecord(nested) ? unpacked(nested) : nested,
  };
}

const nested_fields: ReadonlySet<string> = new Set(['role', 'content', 'tool_calls']);

/** Whether a nested message holds nothing but what is read of it. */
function isPlain(nested: Record<string, unknown>): boolean {
  return Object.keys(nested).every((key) => nested_fields.has(key));
}

function keptOfBody(body: AttributeValue | undefined, read: readonly string[]): KeptPlaces['body'] {
  if (typeof body === 'string')
    return read.includes('content') && !isRecord(jsonOrText(body)) ? 'whole' : nothing;
  return body instanceof Map ? new Set(read) : nothing;
}
