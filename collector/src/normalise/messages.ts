import type { AttributeValue } from '../decode/records.ts';
import { isRecord, jsonOrText, toJsonValue } from './json.ts';
import type { Message, Part } from './message.ts';
import { type ReadParts, readPartsOf, toolCallPart, toolResultPart } from './parts.ts';
import { isContent } from './read.ts';

/** Messages read from a sender's value; at least one of them has a part. */
export interface ReadMessages {
  readonly messages: readonly Message[];
  /** False when the value holds anything the messages do not, so that the value itself must be kept. */
  readonly complete: boolean;
}

/**
 * Reads messages from an attribute: an array of messages or one message, structured or as JSON text. A message
 * is in the form of the GenAI conventions (`parts`) or of chat APIs (`content`, `tool_calls`, `tool_call_id`).
 * Undefined when there is no content.
 */
export function readMessages(
  value: AttributeValue | undefined,
  default_role: string,
): ReadMessages | undefined {
  const json = value === undefined ? undefined : jsonOrText(toJsonValue(value));
  if (typeof json !== 'object' || json === null) return undefined;
  const items: readonly unknown[] = Array.isArray(json) ? json : [json];
  const messages: Message[] = [];
  let complete = true;
  for (const item of items) {
    const read = isRecord(item) ? readMessage(item, default_role) : readBareMessage(item, default_role);
    messages.push(read.message);
    complete &&= read.complete;
  }
  return messages.some((message) => message.parts.length > 0) ? { messages, complete } : undefined;
}

/** As `readMessages`; a text that is not JSON is one message. */
export function readPrompt(value: AttributeValue | undefined, role: string): ReadMessages | undefined {
  const messages = readMessages(value, role);
  if (messages !== undefined || typeof value !== 'string' || !isContent(value)) return messages;
  return { messages: [{ role, parts: [{ type: 'text', content: value }] }], complete: true };
}

/** Reads the parts of one message from an attribute: an array of parts, or a text, structured or as JSON text. */
function readParts(value: AttributeValue | undefined): ReadParts | undefined {
  const json = value === undefined ? [] : jsonOrText(toJsonValue(value));
  const read = readPartsOf(Array.isArray(json) ? json : [json]);
  return read.parts.length === 0 ? undefined : read;
}

/**
 * System instructions sent apart from the messages become the first message, unless one of the system is there.
 * Undefined when there is nothing to add.
 */
export function prependInstructions(
  value: AttributeValue | undefined,
  messages: readonly Message[],
): ReadMessages | undefined {
  const first_role = messages[0]?.role;
  if (first_role === 'system' || first_role === 'developer') return undefined;
  const read = readParts(value);
  if (read === undefined) return undefined;
  return { messages: [{ role: 'system', parts: read.parts }, ...messages], complete: read.complete };
}

export interface ReadMessage {
  readonly message: Message;
  readonly complete: boolean;
}

function readBareMessage(item: unknown, role: string): ReadMessage {
  const { parts, complete } = readPartsOf([item]);
  return { message: { role, parts }, complete };
}

/** Reads one message; `tool_call_id` makes it the result of a tool. */
export function readMessage(item: Record<string, unknown>, default_role: string): ReadMessage {
  const { role, name, finish_reason, parts, content, tool_calls, tool_call_id } = item;
  const body = parts ?? content ?? null;
  const calls: readonly unknown[] = Array.isArray(tool_calls) ? tool_calls : [];
  const is_result = typeof tool_call_id === 'string';
  const read = is_result ? toolResultPart(tool_call_id, body) : readBody(body, calls);
  const optional: { finish_reason?: string; name?: string } = {};
  if (typeof finish_reason === 'string') optional.finish_reason = finish_reason;
  if (typeof name === 'string') optional.name = name;
  const message: Message = {
    ...optional,
    parts: read.parts,
    role: typeof role === 'string' && role !== '' ? role : default_role,
  };
  return { message, complete: read.complete && isKnown(item) && !(is_result && calls.length > 0) };
}

const message_fields: ReadonlySet<string> = new Set([
  'role',
  'name',
  'finish_reason',
  'parts',
  'content',
  'tool_calls',
  'tool_call_id',
]);
const text_fields = ['role', 'name', 'finish_reason', 'tool_call_id'] as const;

/** Whether a message holds nothing but what `readMessage` understands. */
function isKnown(item: Record<string, unknown>): boolean {
  for (const key in item) {
    if (!message_fields.has(key)) return false;
  }
  const { parts, content, tool_calls } = item;
  return (
    (parts == null || content == null) &&
    (tool_calls == null || Array.isArray(tool_calls)) &&
    text_fields.every((field) => item[field] == null || typeof item[field] === 'string')
  );
}

function readBody(body: unknown, calls: readonly unknown[]): ReadParts {
  const content = readPartsOf(Array.isArray(body) ? body : body === null ? [] : [body]);
  if (calls.length === 0) return content;
  const read = calls.map(toolCallPart);
  const parts: Part[] = [...content.parts, ...read.flatMap((call) => call.parts)];
  return { parts, complete: content.complete && read.every((call) => call.complete) };
}
