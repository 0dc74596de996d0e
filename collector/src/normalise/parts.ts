import { fidelity, isRecord, parseJson } from './json.ts';
import type { Part } from './message.ts';
import { isContent } from './read.ts';

export interface ReadParts {
  readonly parts: readonly Part[];
  /** False when anything was left out other than empty or redacted text. */
  readonly complete: boolean;
}

const text_types: ReadonlySet<string> = new Set(['text', 'input_text', 'output_text']);
const tool_call_fields: ReadonlySet<string> = new Set(['id', 'type', 'name', 'arguments']);
const outer_fields: ReadonlySet<string> = new Set(['id', 'type', 'function']);

/** Reads parts in the form of the GenAI conventions or of chat APIs; types neither knows are kept as they came. */
export function readPartsOf(items: readonly unknown[]): ReadParts {
  const parts: Part[] = [];
  let complete = true;
  for (const item of items) {
    const { part, exact } = typeof item === 'string' ? readText(item) : readItem(item);
    if (part !== undefined) parts.push(part);
    complete &&= exact;
  }
  return { parts, complete };
}

/** A tool call of a chat API: `{id, function: {name, arguments}}` or `{id, name, arguments}`. */
export function toolCallPart(call: unknown): ReadParts {
  const described = isRecord(call) && isRecord(call['function']) ? call['function'] : call;
  const exact = fidelity(described);
  if (
    !isRecord(call) ||
    !isRecord(described) ||
    typeof described['name'] !== 'string' ||
    exact === 'too_deep'
  ) {
    return { parts: [], complete: false };
  }
  const part: Part = {
    ...(described['arguments'] !== undefined && { arguments: parsedOrText(described['arguments']) }),
    ...(typeof call['id'] === 'string' && { id: call['id'] }),
    name: described['name'],
    type: 'tool_call',
  };
  const complete = exact === 'exact' && isPlainCall(call) && (described === call || isPlainCall(described));
  return { parts: [part], complete };
}

/** Whether a call, or the function in it, has nothing but what the part holds. */
function isPlainCall(call: Record<string, unknown>): boolean {
  const known = isRecord(call['function']) ? outer_fields : tool_call_fields;
  return (
    Object.keys(call).every((key) => known.has(key)) && (call['id'] == null || typeof call['id'] === 'string')
  );
}

/** The answer of a tool, of any shape. */
export function toolResultPart(id: string, response: unknown): ReadParts {
  const exact = fidelity(response);
  if (exact === 'too_deep') return { parts: [], complete: false };
  return { parts: [{ id, response, type: 'tool_call_response' }], complete: exact === 'exact' };
}

interface ReadItem {
  readonly part: Part | undefined;
  readonly exact: boolean;
}

function readText(content: string): ReadItem {
  return { part: isContent(content) ? { content, type: 'text' } : undefined, exact: true };
}

function readItem(item: unknown): ReadItem {
  const kept = fidelity(item);
  if (!isRecord(item) || kept === 'too_deep') return { part: undefined, exact: false };
  const part = readPart(item);
  const type_kept = part?.type !== 'generic' || item['type'] == null || item['type'] === 'generic';
  return { part, exact: kept === 'exact' && type_kept && (part !== undefined || isEmpty(item)) };
}

/** Whether a part without text holds nothing else either. */
function isEmpty(item: Record<string, unknown>): boolean {
  return Object.entries(item).every(
    ([key, value]) => key === 'type' || value == null || (typeof value === 'string' && !isContent(value)),
  );
}

function readPart(item: Record<string, unknown>): Part | undefined {
  const type = item['type'];
  if (type == null && 'text' in item) return contentPart(item, 'text');
  if (typeof type !== 'string') return { ...item, type: 'generic' };
  if (text_types.has(type)) return contentPart(item, 'text');
  if (type === 'reasoning') return contentPart(item, 'reasoning');
  if (type === 'tool_call' && typeof item['name'] !== 'string') return { ...item, type: 'generic' };
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
  const name = item['content'] == null ? 'text' : 'content';
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

/** Arguments are often JSON inside a text; a text that is not JSON, or would lose digits, stays a text. */
function parsedOrText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parsed = parseJson(value);
  return fidelity(parsed) === 'exact' && parsed !== undefined ? parsed : value;
}
