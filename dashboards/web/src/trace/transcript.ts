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

/** The part that answers each call, by the id of the call. */
type Answers = ReadonlyMap<string, JsonObject>;

type JsonObject = { [key: string]: Json };

/** Reads messages part by part: a part of unknown shape is kept as JSON, the others stay readable. */
export function toTranscript(input: readonly StoredMessage[], output: readonly StoredMessage[]): Turn[] {
  const answers = collectAnswers([...input, ...output]);
  const turns = [
    ...input.map((message) => toTurn(message, false, answers)),
    ...output.map((message) => toTurn(message, true, answers)),
  ];
  return turns.filter((turn) => turn.parts.length > 0);
}

/** The first answer to each call that is in the conversation. */
function collectAnswers(messages: readonly StoredMessage[]): Answers {
  const parts = messages.flatMap((message) => partsOf(message));
  const called = new Set(parts.filter(isCall).map((part) => part.id));
  const answers = new Map<string, JsonObject>();
  for (const part of parts) {
    if (isResult(part) && typeof part.id === 'string' && called.has(part.id) && !answers.has(part.id)) {
      answers.set(part.id, part);
    }
  }
  return answers;
}

function toTurn(message: StoredMessage, is_output: boolean, answers: Answers): Turn {
  const { content } = message;
  const role = message.role ?? 'unknown speaker';
  const name = typeof content?.name === 'string' ? content.name : null;
  if (content === null) return { role, name, is_output, parts: [{ kind: 'erased' }] };
  const parts = partsOf(message).flatMap((part) => toPart(part, answers));
  return { role, name, is_output, parts };
}

/** Nothing for a result that is shown with its call. */
function toPart(part: Json, answers: Answers): TurnPart[] {
  if (!isObject(part)) return [{ kind: 'unknown', value: part }];
  const { type, content, id } = part;
  if ((type === 'text' || type === 'reasoning') && typeof content === 'string') {
    return content === '' ? [] : [{ kind: type, text: content }];
  }
  if (isCall(part)) {
    const answer = typeof id === 'string' ? answers.get(id) : undefined;
    const result = answer === undefined ? null : { value: resultOf(answer) };
    return [{ kind: 'tool', name: part.name, arguments: part.arguments ?? null, result }];
  }
  if (isResult(part)) {
    const is_paired = typeof id === 'string' && answers.get(id) === part;
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
