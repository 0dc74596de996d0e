import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Json, MessageContent } from '../../../dashboards/web/src/api/client.ts';

export interface Conversation {
  readonly user_id: string;
  readonly messages: readonly MessageContent[];
}

/** Short conversations of a support agent, for tests that must run anywhere. */
export function exampleConversations(): Conversation[] {
  return Array.from({ length: 12 }, (_, index) => ({
    user_id: `user_${index % 5}`,
    messages: [
      text('system', 'You help travellers.\n\n- Look things up before you answer.\n- Be **brief**.'),
      text('user', `Where is my booking ${1_000 + index}?`),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'The booking number is given, so I can look it up.' },
          {
            type: 'tool_call',
            id: `call_${index}`,
            name: 'find_booking',
            arguments: { number: 1_000 + index },
          },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool_call_response', id: `call_${index}`, response: '{"city": "Pokhara", "nights": 2}' },
        ],
      },
      text('assistant', 'You are booked in **Pokhara** for two nights:\n\n1. Friday\n2. Saturday'),
    ],
  }));
}

const recorded = fileURLToPath(
  new URL('../../../../shared/data/tau-bench-airline-gpt4o/trajectories.json.gz', import.meta.url),
);

/** Recorded runs of an airline agent, or null where the data set is not at hand. */
export function recordedConversations(): Conversation[] | null {
  if (!existsSync(recorded)) return null;
  const runs = JSON.parse(gunzipSync(readFileSync(recorded)).toString('utf8')) as RecordedRun[];
  return runs.map(({ info, traj }) => ({ user_id: info.task.user_id, messages: traj.map(toMessage) }));
}

interface RecordedRun {
  info: { task: { user_id: string } };
  traj: RecordedMessage[];
}

interface RecordedMessage {
  role: string;
  content: string | null;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[] | null;
}

function toMessage({ role, content, tool_calls, tool_call_id }: RecordedMessage): MessageContent {
  if (role === 'tool') {
    return { role, parts: [{ type: 'tool_call_response', id: tool_call_id ?? null, response: content }] };
  }
  const calls = (tool_calls ?? []).map((call) => ({
    type: 'tool_call',
    id: call.id,
    name: call.function.name,
    arguments: JSON.parse(call.function.arguments) as Json,
  }));
  return { role, parts: [...(content ? [{ type: 'text', content }] : []), ...calls] };
}

export function text(role: string, content: string): MessageContent {
  return { role, parts: [{ type: 'text', content }] };
}
