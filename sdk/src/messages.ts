import { encode } from './content.ts';
import { asList, asRecord, asText, type UnknownRecord } from './values.ts';

/** A message of the OpenTelemetry GenAI conventions: a role and typed parts. */
export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly name?: string;
  readonly finish_reason?: string;
}

interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface InputMessages {
  readonly messages: readonly Message[];
  /** Instructions given beside the messages. */
  readonly instructions: readonly Part[];
}

/**
 * Messages of an input of any common shape: a text; a list of messages; a request with `messages` (OpenAI chat,
 * Anthropic), `input` (OpenAI responses) or `prompt`. Any other value becomes one text of JSON.
 */
export function inputMessages(input: unknown): InputMessages {
  if (typeof input === 'string') return { messages: [textMessage('user', input)], instructions: [] };
  const list = messageList(input);
  if (list !== undefined) return { messages: list, instructions: [] };
  const request = asRecord(input);
  const instructions = contentParts(request?.['instructions'] ?? request?.['system']);
  const inner = request?.['messages'] ?? request?.['input'] ?? request?.['prompt'];
  if (typeof inner === 'string') return { messages: [textMessage('user', inner)], instructions };
  const messages = messageList(inner);
  if (messages !== undefined) return { messages, instructions };
  const text = input === undefined ? undefined : encode(input);
  return { messages: text === undefined ? [] : [textMessage('user', text)], instructions: [] };
}

/**
 * Messages of a result of any common shape: a text; a chat completion (`choices`); a response (`output`); a message
 * with `content`; a result with `text`. Any other value becomes one text of JSON.
 */
export function outputMessages(result: unknown): readonly Message[] {
  if (result === undefined || result === null) return [];
  if (typeof result === 'string') return [textMessage('assistant', result)];
  const record = asRecord(result);
  const choices = asList(record?.['choices']);
  if (choices !== undefined) return choices.flatMap(choiceMessage);
  const output = asList(record?.['output']);
  if (output !== undefined) return responseMessage(output, responseFinishReason(result));
  const list = messageList(result);
  if (list !== undefined) return list;
  const message = asRecord(record?.['message']) ?? record;
  if (message !== undefined && ('content' in message || 'parts' in message))
    return [messageOf(message, 'assistant')];
  const text = asText(record?.['text']) ?? encode(result);
  return text === undefined ? [] : [textMessage('assistant', text)];
}

/** Why a response of OpenAI's responses API ended, in the words of the convention where it has one. */
export function responseFinishReason(result: unknown): string | undefined {
  const response = asRecord(result);
  const status = asText(response?.['status']);
  if (status === 'failed') return 'error';
  if (status === 'incomplete') {
    const reason = asText(asRecord(response?.['incomplete_details'])?.['reason']);
    return reason === 'max_output_tokens' ? 'length' : reason;
  }
  if (status !== 'completed') return status;
  const items = asList(response?.['output']) ?? [];
  return items.some((item) => asRecord(item)?.['type'] === 'function_call') ? 'tool_call' : 'stop';
}

function textMessage(role: string, content: string): Message {
  return { role, parts: [{ type: 'text', content }] };
}

/** A list is one of messages when its every item has a role, or is an item of the responses API. */
function messageList(value: unknown): readonly Message[] | undefined {
  const items = asList(value);
  if (items === undefined) return undefined;
  const records = items.map(asRecord);
  if (!records.every((item) => item !== undefined && ('role' in item || typeof item['type'] === 'string'))) {
    return undefined;
  }
  return records.flatMap((item) => (item === undefined ? [] : [itemMessage(item)]));
}

function itemMessage(item: UnknownRecord): Message {
  if ('role' in item) return messageOf(item, 'user');
  const isResult = typeof item['type'] === 'string' && item['type'].endsWith('_output');
  return { role: isResult ? 'tool' : 'assistant', parts: responseItemParts(item) };
}

function messageOf(message: UnknownRecord, fallbackRole: string): Message {
  const role = asText(message['role']) ?? fallbackRole;
  const name = asText(message['name']);
  return { role, parts: messageParts(message, role), ...(name === undefined ? {} : { name }) };
}

function messageParts(message: UnknownRecord, role: string): readonly Part[] {
  const ready = asList(message['parts']);
  if (ready !== undefined) return ready.flatMap(contentPart);
  if (role === 'tool' && 'tool_call_id' in message)
    return [toolResponse(message['tool_call_id'], message['content'])];
  const reasoning = asText(message['reasoning_content']) ?? asText(message['reasoning']);
  const refusal = asText(message['refusal']);
  const legacyCall = asRecord(message['function_call']);
  return [
    ...(reasoning === undefined ? [] : [{ type: 'reasoning', content: reasoning }]),
    ...contentParts(message['content']),
    ...(refusal === undefined ? [] : [{ type: 'refusal', content: refusal }]),
    ...(asList(message['tool_calls']) ?? []).flatMap(toolCall),
    ...(legacyCall === undefined ? [] : toolCall({ function: legacyCall })),
  ];
}

function contentParts(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return (asList(content) ?? []).flatMap(contentPart);
}

function contentPart(value: unknown): readonly Part[] {
  if (typeof value === 'string') return [{ type: 'text', content: value }];
  const part = asRecord(value);
  const type = asText(part?.['type']);
  if (part === undefined || type === undefined) return [];
  const convert = partConverters[type];
  return [convert === undefined ? { ...part, type } : convert(part)];
}

const text = (part: UnknownRecord): Part => ({
  type: 'text',
  content: part['text'] ?? part['content'] ?? '',
});

/** Parts with a name in the conventions, by the sender's name; all others are kept as they came. */
const partConverters: Readonly<Record<string, (part: UnknownRecord) => Part>> = {
  text,
  input_text: text,
  output_text: text,
  image_url: (part) => media('image', asRecord(part['image_url'])?.['url'] ?? part['image_url']),
  input_image: (part) => media('image', part['image_url']),
  input_audio: (part) => ({
    type: 'blob',
    modality: 'audio',
    content: asRecord(part['input_audio'])?.['data'],
  }),
  thinking: (part) => ({ type: 'reasoning', content: part['thinking'] ?? '' }),
  tool_use: (part) => ({ type: 'tool_call', id: part['id'], name: part['name'], arguments: part['input'] }),
  tool_result: (part) => toolResponse(part['tool_use_id'], part['content']),
};

function media(modality: string, url: unknown): Part {
  const data = typeof url === 'string' ? /^data:([^;,]*);base64,(.*)$/s.exec(url) : null;
  if (data === null) return { type: 'uri', modality, uri: url };
  return { type: 'blob', modality, mime_type: data[1], content: data[2] };
}

function toolResponse(id: unknown, response: unknown): Part {
  return { type: 'tool_call_response', ...idOf(id), response };
}

function toolCall(value: unknown): readonly Part[] {
  const call = asRecord(value);
  const called = asRecord(call?.['function']) ?? asRecord(call?.['custom']);
  if (called === undefined) return [];
  return [toolCallPart(call?.['id'], called['name'], called['arguments'] ?? called['input'])];
}

function toolCallPart(id: unknown, name: unknown, given: unknown): Part {
  return { type: 'tool_call', ...idOf(id), name, arguments: parsed(given) };
}

function idOf(id: unknown): { readonly id?: string } {
  const known = asText(id);
  return known === undefined ? {} : { id: known };
}

/** Arguments travel as JSON text; text that is not JSON is kept as text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function choiceMessage(value: unknown): readonly Message[] {
  const choice = asRecord(value);
  if (choice === undefined) return [];
  const finish_reason = asText(choice['finish_reason']);
  const message = asRecord(choice['message']);
  const base =
    message === undefined
      ? textMessage('assistant', asText(choice['text']) ?? '')
      : messageOf(message, 'assistant');
  return [finish_reason === undefined ? base : { ...base, finish_reason }];
}

/** All items of a response make one message of the assistant, in their order. */
function responseMessage(items: readonly unknown[], finish_reason: string | undefined): readonly Message[] {
  const parts = items.flatMap((item) => {
    const record = asRecord(item);
    return record === undefined ? [] : responseItemParts(record);
  });
  return [{ role: 'assistant', parts, ...(finish_reason === undefined ? {} : { finish_reason }) }];
}

function responseItemParts(item: UnknownRecord): readonly Part[] {
  const type = asText(item['type']) ?? 'message';
  if (type === 'message') return contentParts(item['content']);
  if (type === 'function_call') return [toolCallPart(item['call_id'], item['name'], item['arguments'])];
  if (type === 'custom_tool_call') return [toolCallPart(item['call_id'], item['name'], item['input'])];
  if (type.endsWith('_call_output')) return [toolResponse(item['call_id'], item['output'])];
  if (type === 'reasoning') return reasoningParts(item);
  return [{ ...item, type }];
}

/** The readable part of a model's reasoning: the encrypted one is of no use to anybody but the provider. */
function reasoningParts(item: UnknownRecord): readonly Part[] {
  return [...(asList(item['summary']) ?? []), ...(asList(item['content']) ?? [])].flatMap((entry) => {
    const content = asText(asRecord(entry)?.['text']);
    return content === undefined ? [] : [{ type: 'reasoning', content }];
  });
}
