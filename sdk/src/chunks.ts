import { capturesContent } from './content.ts';
import { asList, asNumber, asRecord, asText, type UnknownRecord } from './values.ts';

/** Puts a stream together again, so that it is recorded like an answer that came in one piece. */
export interface ChunkCollector {
  add(chunk: unknown): void;
  /** What has arrived so far; undefined where nothing has. */
  result(): unknown;
}

/** Chunks of an unknown kind that are kept. */
const CHUNKS_MAX = 10_000;

/**
 * Recognises the stream by its first chunk: chunks of a chat completion, events of a response, texts; anything else
 * is collected as a list.
 */
export function collectModelChunks(): ChunkCollector {
  let inner: ChunkCollector | undefined;
  return {
    add(chunk) {
      inner ??= collectorFor(chunk);
      inner.add(chunk);
    },
    result: () => inner?.result(),
  };
}

/** Every chunk in order. */
export function collectChunks(): ChunkCollector {
  const chunks: unknown[] = [];
  return {
    add(chunk) {
      if (chunks.length < CHUNKS_MAX) chunks.push(chunk);
    },
    result: () => (chunks.length === 0 ? undefined : chunks),
  };
}

/** What a stream carried: one text where every chunk is text, else the chunks. Nothing where content is not captured. */
export function collectContent(): ChunkCollector {
  return capturesContent() ? collectTextOrChunks() : { add() {}, result: () => undefined };
}

function collectTextOrChunks(): ChunkCollector {
  const collector = collectChunks();
  return {
    add: collector.add,
    result() {
      const chunks = asList(collector.result());
      return chunks?.every((chunk) => typeof chunk === 'string') ? chunks.join('') : chunks;
    },
  };
}

function collectorFor(chunk: unknown): ChunkCollector {
  const record = asRecord(chunk);
  if (record !== undefined && 'choices' in record) return collectChatCompletion();
  if (typeof record?.['type'] === 'string' && record['type'].startsWith('response.'))
    return collectResponse();
  return collectTextOrChunks();
}

/** A chat completion in the making. */
interface Choice {
  role: string;
  content: string;
  reasoning: string;
  refusal: string;
  finish_reason: string | null;
  readonly tool_calls: Map<number, ToolCall>;
}

interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

function collectChatCompletion(): ChunkCollector {
  const head: Record<string, unknown> = {};
  const choices = new Map<number, Choice>();
  let seen = false;
  return {
    add(value) {
      const chunk = asRecord(value);
      if (chunk === undefined) return;
      seen = true;
      for (const name of ['id', 'model', 'service_tier', 'system_fingerprint', 'usage']) {
        // Groq reports usage under a name of its own in the last chunk.
        const field = chunk[name] ?? (name === 'usage' ? asRecord(chunk['x_groq'])?.['usage'] : undefined);
        if (field !== null && field !== undefined && field !== '') head[name] = field;
      }
      for (const choice of asList(chunk['choices']) ?? []) addChoice(choices, asRecord(choice));
    },
    result() {
      if (!seen) return undefined;
      const ordered = [...choices].sort(([a], [b]) => a - b).map(([, choice]) => finishedChoice(choice));
      return { ...head, choices: ordered };
    },
  };
}

function addChoice(choices: Map<number, Choice>, chunk: UnknownRecord | undefined): void {
  if (chunk === undefined) return;
  const index = asNumber(chunk['index']) ?? 0;
  const choice = choices.get(index) ?? emptyChoice();
  choices.set(index, choice);
  const delta = asRecord(chunk['delta']) ?? {};
  choice.role = asText(delta['role']) ?? choice.role;
  choice.content += asText(delta['content']) ?? asText(chunk['text']) ?? '';
  choice.reasoning += asText(delta['reasoning_content']) ?? asText(delta['reasoning']) ?? '';
  choice.refusal += asText(delta['refusal']) ?? '';
  choice.finish_reason = asText(chunk['finish_reason']) ?? choice.finish_reason;
  for (const call of asList(delta['tool_calls']) ?? []) addToolCall(choice, asRecord(call));
  const legacyCall = asRecord(delta['function_call']);
  if (legacyCall !== undefined) addToolCall(choice, { index: 0, function: legacyCall });
}

function emptyChoice(): Choice {
  return {
    role: 'assistant',
    content: '',
    reasoning: '',
    refusal: '',
    finish_reason: null,
    tool_calls: new Map(),
  };
}

function addToolCall(choice: Choice, delta: UnknownRecord | undefined): void {
  if (delta === undefined) return;
  const index = asNumber(delta['index']) ?? choice.tool_calls.size;
  const call = choice.tool_calls.get(index) ?? { id: '', name: '', arguments: '' };
  choice.tool_calls.set(index, call);
  const called = asRecord(delta['function']) ?? asRecord(delta['custom']);
  call.id = asText(delta['id']) ?? call.id;
  call.name = asText(called?.['name']) ?? call.name;
  call.arguments += asText(called?.['arguments']) ?? asText(called?.['input']) ?? '';
}

function finishedChoice(choice: Choice): UnknownRecord {
  const calls = [...choice.tool_calls].sort(([a], [b]) => a - b);
  const message = {
    role: choice.role,
    content: choice.content,
    reasoning_content: choice.reasoning,
    refusal: choice.refusal,
    tool_calls: calls.map(([, { id, name, arguments: given }]) => ({
      id,
      function: { name, arguments: given },
    })),
  };
  return { message, finish_reason: choice.finish_reason };
}

/**
 * Events of OpenAI's responses API. The last event carries the whole response; where the stream ends before it, the
 * items finished so far and the text in the making stand in.
 */
function collectResponse(): ChunkCollector {
  let response: UnknownRecord | undefined;
  const items: unknown[] = [];
  let unfinished = '';
  return {
    add(value) {
      const event = asRecord(value);
      const type = asText(event?.['type']);
      response = asRecord(event?.['response']) ?? response;
      if (type === 'response.output_text.delta') unfinished += asText(event?.['delta']) ?? '';
      if (type === 'response.output_item.done') {
        items.push(event?.['item']);
        unfinished = '';
      }
    },
    result() {
      if (response === undefined || (asList(response['output']) ?? []).length > 0) return response;
      const rest =
        unfinished === '' ? [] : [{ type: 'message', content: [{ type: 'output_text', text: unfinished }] }];
      return { ...response, output: [...items, ...rest] };
    },
  };
}
