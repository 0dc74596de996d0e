import type { Json, StoredMessage } from '../api/client.ts';

/** A conversation for reading: each tool call stands with its result. */
export interface Turn {
  readonly role: string;
  readonly name: string | null;
  readonly is_output: boolean;
  readonly parts: readonly TurnPart[];
}

export type TurnPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | {
      readonly kind: 'tool';
      readonly name: string;
      readonly arguments: Json;
      readonly result: ToolResult | null;
    }
  | { readonly kind: 'tool_result'; readonly result: ToolResult }
  | { readonly kind: 'erased' }
  | { readonly kind: 'unknown'; readonly value: Json };

export interface ToolResult {
  readonly value: Json;
}

type JsonObject = { [key: string]: Json };

/** Reads messages part by part: a part of unknown shape is kept as JSON, the others stay readable. */
export function toTranscript(input: readonly StoredMessage[], output: readonly StoredMessage[]): Turn[] {
  const results = collectResults([...input, ...output]);
  const turns = [
    ...input.map((message) => toTurn(message, false, results)),
    ...output.map((message) => toTurn(message, true, results)),
  ];
  return turns.filter((turn) => turn.parts.length > 0);
}

/** Results by the id of the call they answer, for the calls that are in the conversation. */
function collectResults(messages: readonly StoredMessage[]): ReadonlyMap<string, ToolResult> {
  const parts = messages.flatMap((message) => partsOf(message));
  const called = new Set(parts.filter(isCall).map((part) => part.id));
  const results = new Map<string, ToolResult>();
  for (const part of parts) {
    if (isResult(part) && typeof part.id === 'string' && called.has(part.id) && !results.has(part.id)) {
      results.set(part.id, { value: resultOf(part) });
    }
  }
  return results;
}

function toTurn(message: StoredMessage, is_output: boolean, results: ReadonlyMap<string, ToolResult>): Turn {
  const { content } = message;
  const role = message.role ?? 'unknown speaker';
  const name = typeof content?.name === 'string' ? content.name : null;
  if (content === null) return { role, name, is_output, parts: [{ kind: 'erased' }] };
  const parts = partsOf(message).flatMap((part) => toPart(part, results));
  return { role, name, is_output, parts };
}

/** No part for a result that is shown with its call. */
function toPart(part: Json, results: ReadonlyMap<string, ToolResult>): TurnPart[] {
  if (!isObject(part)) return [{ kind: 'unknown', value: part }];
  const { type, content, id } = part;
  if ((type === 'text' || type === 'reasoning') && typeof content === 'string') {
    return content === '' ? [] : [{ kind: type, text: content }];
  }
  if (isCall(part)) {
    const result = typeof id === 'string' ? (results.get(id) ?? null) : null;
    return [{ kind: 'tool', name: part.name, arguments: part.arguments ?? null, result }];
  }
  if (isResult(part)) {
    const is_paired = typeof id === 'string' && results.has(id);
    return is_paired ? [] : [{ kind: 'tool_result', result: { value: resultOf(part) } }];
  }
  return [{ kind: 'unknown', value: part }];
}

function partsOf({ content }: StoredMessage): readonly Json[] {
  return Array.isArray(content?.parts) ? content.parts : [];
}

function isCall(part: Json): part is JsonObject & { name: string } {
  return isObject(part) && part.type === 'tool_call' && typeof part.name === 'string';
}

function isResult(part: Json): part is JsonObject {
  return isObject(part) && part.type === 'tool_call_response';
}

/** The convention says `response`; earlier drafts of it said `result`. */
function resultOf(part: JsonObject): Json {
  return part.response ?? part.result ?? null;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
