import { start } from '@sextant/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { has_shared_data } from '../support/shared-data.ts';
import { conversationOf, readTauRuns, reenact, type TauMessage, type TauRun } from './support/tau.ts';

describe.skipIf(!has_shared_data)('airline agent, re-enacted through the SDK', () => {
  let runs: TauRun[] = [];
  beforeAll(() => {
    runs = readTauRuns();
  });

  it('finds every span, tool call and text again', async () => {
    const collector = await startCollector({
      data: temporaryFolder(),
      environment: { SEXTANT_DRIFT: 'false' },
    });
    const sextant = start({ serviceName: 'airline', url: collector.url });
    for (const run of runs) await reenact(run);
    await sextant.shutdown();
    expect(Object.values(sextant.stats().dropped).filter((count) => count > 0)).toEqual([]);
    await untilStored(collector);

    const assistants = runs.flatMap((run) => run.traj).filter(({ role }) => role === 'assistant');
    const calls = assistants.flatMap((message) => message.tool_calls ?? []);
    expect(await counts(collector)).toEqual({
      invoke_agent: runs.length,
      chat: assistants.length,
      execute_tool: calls.length,
    });
    const tools = await collector.sql("SELECT tool_call_id FROM spans WHERE operation = 'execute_tool'");
    expect(tools.map((row) => row['tool_call_id']).sort()).toEqual(calls.map(({ id }) => id).sort());
    const orphans =
      await collector.sql(`SELECT count(*) AS n FROM spans child WHERE parent_span_id IS NOT NULL
      AND NOT EXISTS (FROM spans parent WHERE parent.trace_id = child.trace_id AND parent.span_id = child.parent_span_id)`);
    expect(orphans).toEqual([{ n: 0 }]);

    const conversations = await readConversations(collector);
    expect(conversations.size).toBe(new Set(runs.map(conversationOf)).size);
    for (const run of runs) expect(conversations.get(conversationOf(run))).toEqual(spoken(run));
  });
});

type Collector = Awaited<ReturnType<typeof startCollector>>;

async function counts(collector: Collector): Promise<Record<string, unknown>> {
  const rows = await collector.sql('SELECT operation, count(*) AS n FROM spans GROUP BY operation');
  return Object.fromEntries(rows.map((row) => [row['operation'], row['n']]));
}

/** What was said in a run up to the last answer of the model, as the messages of its last model span tell it. */
async function readConversations(collector: Collector): Promise<Map<string, string[]>> {
  const rows = await collector.sql(`
    WITH last AS (
      SELECT conversation_id, list_concat(input_messages, output_messages) AS hashes FROM spans
      WHERE operation = 'chat' QUALIFY row_number() OVER (PARTITION BY conversation_id ORDER BY len(input_messages) DESC) = 1
    ), said AS (SELECT conversation_id, unnest(hashes) AS hash, generate_subscripts(hashes, 1) AS place FROM last)
    SELECT conversation_id, place, role, text, content FROM said JOIN messages ON message_hash = hash ORDER BY conversation_id, place`);
  const conversations = new Map<string, string[]>();
  for (const row of rows) {
    const id = String(row['conversation_id']);
    conversations.set(id, [...(conversations.get(id) ?? []), ...partsOf(storedMessage(row))]);
  }
  return conversations;
}

// A message that is nothing but its text has no content beside it.
function storedMessage({ role, text, content }: Record<string, unknown>): StoredMessage {
  if (content !== null) return JSON.parse(String(content));
  return { role: String(role), parts: [{ type: 'text', content: text }] };
}

interface StoredMessage {
  readonly role: string;
  readonly parts: readonly Record<string, unknown>[];
}

function partsOf({ role, parts }: StoredMessage): string[] {
  return parts.map((part) => {
    if (part['type'] === 'text') return `${role}: ${part['content']}`;
    if (part['type'] === 'tool_call')
      return `${role} calls ${part['name']} ${part['id']} ${JSON.stringify(part['arguments'])}`;
    if (part['type'] === 'tool_call_response') return `${role} answers ${part['id']}: ${part['response']}`;
    return `${role} ?: ${JSON.stringify(part)}`;
  });
}

function spoken({ traj }: TauRun): string[] {
  const last = traj.findLastIndex(({ role }) => role === 'assistant');
  return traj.slice(0, last + 1).flatMap(sourceParts);
}

function sourceParts(message: TauMessage): string[] {
  if (message.role === 'tool') return [`tool answers ${message.tool_call_id}: ${message.content}`];
  const text = message.content ? [`${message.role}: ${message.content}`] : [];
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => {
    return `${message.role} calls ${name} ${id} ${JSON.stringify(JSON.parse(args))}`;
  });
  return [...text, ...calls];
}
