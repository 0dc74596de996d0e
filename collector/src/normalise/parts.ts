import { isRecord, lostDigits, parseJson } from './json.ts';
import type { Part } from './message.ts';
import { isContent } from './read.ts';

export interface ReadParts {
  readonly parts: readonly Part[];
  /** False when anything was left out other than empty or redacted text. */
  readonly complete: boolean;
}

const text_types: ReadonlySet<string> = new Set(['text', 'input_text', 'output_text']);
const tool_call_fields: ReadonlySet<string> = new Set(['id', 'type', 'name', 'arguments', 'function']);

/** Reads parts in the form of the GenAI conventions or of chat APIs; types neither knows are kept as they came. */
export function readPartsOf(items: readonly unknown[]): ReadParts {
  const parts: Part[] = [];
  let complete = true;
  for (const item of items) {
    const part = typeof item === 'string' ? textPart(item) : isRecord(item) ? readPart(item) : undefined;
    if (part !== undefined) parts.push(part);
    complete &&= typeof item === 'string' || (isRecord(item) && (isText(part) || !lostDigits(item)));
  }
  return { parts, complete };
}

/** A tool call of a chat API: `{id, function: {name, arguments}}` or `{id, name, arguments}`. */
export function toolCallPart(call: unknown): ReadParts {
  if (!isRecord(call)) return { parts: [], complete: false };
  const described = isRecord(call['function']) ? call['function'] : call;
  const name = described['name'];
  if (typeof name !== 'string') return { parts: [], complete: false };
  const part: Part = {
    ...(described['arguments'] !== undefined && { arguments: parsedOrText(described['arguments']) }),
    ...(typeof call['id'] === 'string' && { id: call['id'] }),
    name,
    type: 'tool_call',
  };
  const complete = Object.keys(call).every((key) => tool_call_fields.has(key)) && !lostDigits(described);
  return { parts: [part], complete };
}

function readPart(item: Record<string, unknown>): Part | undefined {
  const type = item['type'];
  if (typeof type !== 'string')
    return 'text' in item ? contentPart(item, 'text') : { ...item, type: 'generic' };
  if (text_types.has(type)) return contentPart(item, 'text');
  if (type === 'reasoning') return contentPart(item, 'reasoning');
  if (type === 'tool_call' && typeof item['arguments'] === 'string') {
    return { ...item, type, arguments: parsedOrText(item['arguments']) };
  }
  if (type === 'tool_call_response' && !('response' in item)) {
    // Older versions of the convention called it result.
    const { result, ...others } = item;
    return { ...others, type, response: result ?? null };
  }
  return { ...item, type };
}

/** The text of a part is in `content`, or as chat APIs have it in `text`; whatever else it has is kept. */
function contentPart(item: Record<string, unknown>, type: string): Part | undefined {
  const name = typeof item['content'] === 'string' ? 'content' : 'text';
  const content = item[name];
  if (typeof content !== 'string') return { ...item, type: 'generic' };
  if (!isContent(content)) return undefined;
  const part: Record<string, unknown> & Part = { content, type };
  for (const key in item) {
    if (key !== name && key !== 'type') return { ...withoutKey(item, name), content, type };
  }
  return part;
}

function withoutKey(item: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _left_out, ...rest } = item;
  return rest;
}

function textPart(content: string): Part | undefined {
  return isContent(content) ? { content, type: 'text' } : undefined;
}

/** Arguments are often JSON inside a text; a text that is not JSON, or would lose digits, stays a text. */
function parsedOrText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parsed = parseJson(value);
  return parsed === undefined || lostDigits(parsed) ? value : parsed;
}

function isText(part: Part | undefined): boolean {
  return part === undefined || part.type === 'text' || part.type === 'reasoning';
}
