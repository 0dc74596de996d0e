/**
 * A message in the form of the OpenTelemetry GenAI conventions (gen_ai.input.messages): a role and parts.
 * Part types the convention does not know are kept as they came.
 */
export interface Message {
  /** system, user, assistant, tool, or the sender's own word. */
  readonly role: string;
  readonly parts: readonly Part[];
  readonly name?: string;
  readonly finish_reason?: string;
}

export type Part = TextPart | ReasoningPart | ToolCallPart | ToolCallResponsePart | OtherPart;

export interface TextPart {
  readonly type: 'text';
  readonly content: string;
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly content: string;
}

export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly name: string;
  readonly id?: string;
  /** A JSON value; a string where the sender's arguments were not valid JSON. */
  readonly arguments?: unknown;
}

export interface ToolCallResponsePart {
  readonly type: 'tool_call_response';
  readonly id?: string;
  readonly response: unknown;
}

export interface OtherPart {
  readonly type: string;
  readonly [key: string]: unknown;
}
