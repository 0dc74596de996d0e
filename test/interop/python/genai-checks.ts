import { deepStrictEqual } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has_shared_data } from '../../support/shared-data.ts';
import type { Check } from '../check.ts';
import { runProgram } from '../run-program.ts';
import { type Sextant, withSextant } from '../sextant.ts';
import {
  type Exchange,
  type RecordedMessage,
  readExchanges,
  withRecordedProvider,
} from './recorded-provider.ts';

/** What the instrumentation is told about content, and the events it then sends as log records. */
const modes = [
  {
    name: 'one event for each message',
    environment: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' },
    event: 'gen_ai.choice',
  },
  {
    name: 'one event for the call',
    environment: {
      OTEL_SEMCONV_STABILITY_OPT_IN: 'gen_ai_latest_experimental',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'event_only',
    },
    event: 'gen_ai.client.inference.operation.details',
  },
] as const;

/** A text, the same streamed, a call of a tool, and a conversation that goes on after one. */
const exchange_ids = ['c8d89aa5bb9b', '352a3f59eb30', 'f7a2aaf07541', 'ca2189530fb6'];

/**
 * That content which the GenAI instrumentation sends as log records, beside spans without content, is found on the
 * spans, whichever of the two came first.
 */
export function genAiChecks(python: string, program: string): readonly Check[] {
  if (!has_shared_data) return [];
  return modes.flatMap((mode) =>
    (['spans', 'logs'] as const).map((first) => ({
      name: `GenAI content in log records, ${mode.name}, ${first} first, is joined to its span`,
      run: () =>
        withSextant({}, async (sextant) => {
          const exchanges = readExchanges(exchange_ids);
          await withRecordedProvider(exchanges, async (provider_url) => {
            await chat(
              { python, program, first, exchanges },
              { ...mode.environment, ...addresses(sextant, provider_url) },
            );
          });
          await sextant.untilStored();
          const [events] = await sextant.sql(
            `SELECT count(*) AS count FROM logs WHERE event_name = '${mode.event}'`,
          );
          deepStrictEqual(events, { count: exchanges.length });
          deepStrictEqual(await storedCalls(sextant), exchanges.map(callOf));
        }),
    })),
  );
}

function addresses({ url }: Sextant, provider_url: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OPENAI_BASE_URL: provider_url, OPENAI_API_KEY: 'none' };
}

interface Chat {
  readonly python: string;
  readonly program: string;
  readonly first: 'spans' | 'logs';
  readonly exchanges: readonly Exchange[];
}

async function chat(
  { python, program, first, exchanges }: Chat,
  environment: Record<string, string>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-chat-'));
  try {
    const file = join(folder, 'requests.json');
    await writeFile(file, JSON.stringify(exchanges.map(({ request }) => request)));
    await runProgram(python, [program, file, first], { environment, timeout_ms: 120_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Call {
  readonly input: readonly StoredMessage[];
  readonly output: readonly StoredMessage[];
}

interface StoredMessage {
  readonly role: string;
  readonly text: string;
  /** Calls of tools and their answers. */
  readonly parts: readonly ToolPart[];
}

type ToolPart =
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id: string; readonly response: unknown };

/** The chat spans in order, with their messages. */
async function storedCalls(sextant: Sextant): Promise<readonly Call[]> {
  const spans = await sextant.sql(
    `SELECT input_messages, output_messages FROM spans WHERE operation = 'chat' ORDER BY start_time`,
  );
  const rows = await sextant.sql('SELECT message_hash, role, text, content FROM messages');
  const messages = new Map(rows.map(({ message_hash, ...message }) => [message_hash, message]));
  const listOf = (hashes: unknown) =>
    ((hashes ?? []) as readonly string[]).map((hash) => storedMessage(messages.get(hash) ?? {}));
  return spans.map(({ input_messages, output_messages }) => ({
    input: listOf(input_messages),
    output: listOf(output_messages),
  }));
}

function storedMessage({ role, text, content }: Readonly<Record<string, unknown>>): StoredMessage {
  // A message that is only text has no other content.
  const whole = JSON.parse(String(content ?? '{"parts":[]}')) as { parts: readonly (ToolPart | TextPart)[] };
  const parts = whole.parts.filter((part) => part.type !== 'text');
  return { role: String(role), text: String(text), parts };
}

interface TextPart {
  readonly type: 'text';
}

/** The same from the recording. */
function callOf({ request, response }: Exchange): Call {
  const answer = request.stream ? streamedAnswer(response) : wholeAnswer(response);
  return { input: request.messages.map(recordedMessage), output: [recordedMessage(answer)] };
}

function recordedMessage({ role, content, tool_calls, tool_call_id }: RecordedMessage): StoredMessage {
  // The conventions have the answer of a tool as a part of its own, not as text.
  if (tool_call_id !== undefined) {
    return { role, text: '', parts: [{ type: 'tool_call_response', id: tool_call_id, response: content }] };
  }
  const parts = (tool_calls ?? []).map(({ id, function: called }) => {
    return { type: 'tool_call', id, name: called.name, arguments: JSON.parse(called.arguments) } as const;
  });
  return { role, text: content ?? '', parts };
}

function wholeAnswer(response: string): RecordedMessage {
  const { choices } = JSON.parse(response) as { choices: readonly [{ message: RecordedMessage }] };
  return choices[0].message;
}

function streamedAnswer(response: string): RecordedMessage {
  const chunks = [...response.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json as string));
  const choices = chunks.flatMap((chunk) => chunk.choices as readonly { delta: { content?: string } }[]);
  return { role: 'assistant', content: choices.map(({ delta }) => delta.content ?? '').join('') };
}
