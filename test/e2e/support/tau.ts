import { agent, model, tool, withConversation } from '@sextant/sdk';
import { readShared } from '../../support/shared-data.ts';

/** Recorded runs of a GPT-4o airline agent, re-enacted call by call through the SDK. */

export interface TauMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly TauToolCall[];
  readonly tool_call_id?: string;
  readonly name?: string;
}

export interface TauToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface TauRun {
  readonly task_id: number;
  readonly trial: number;
  readonly traj: readonly TauMessage[];
}

export function readTauRuns(): TauRun[] {
  return JSON.parse(readShared('tau-bench-airline-gpt4o/trajectories.json.gz')) as TauRun[];
}

export function conversationOf(run: TauRun): string {
  return `airline-${run.task_id}-${run.trial}`;
}

export async function reenact(run: TauRun): Promise<void> {
  const act = agent('airline', () => play(run));
  await withConversation({ conversationId: conversationOf(run), userId: `task-${run.task_id}` }, act);
}

async function play({ traj }: TauRun): Promise<void> {
  for (const [index, message] of traj.entries()) {
    if (message.role !== 'assistant') continue;
    await answer({ model: 'gpt-4o', messages: traj.slice(0, index), recorded: message });
    for (const call of message.tool_calls ?? []) {
      const result = traj.find((later, place) => place > index && later.tool_call_id === call.id);
      await useTool(call, result?.content ?? '');
    }
  }
}

interface Request {
  readonly model: string;
  readonly messages: readonly TauMessage[];
  readonly recorded: TauMessage;
}

// The shape in which OpenAI answers, so that the SDK reads it as it would read the real thing.
const answer = model(
  'gpt-4o',
  async ({ recorded }: Request) => ({
    object: 'chat.completion',
    model: 'gpt-4o-2024-05-13',
    choices: [{ index: 0, message: recorded, finish_reason: recorded.tool_calls ? 'tool_calls' : 'stop' }],
  }),
  { provider: 'openai' },
);

async function useTool(call: TauToolCall, result: string): Promise<void> {
  const run = tool(call.function.name, async (_args: unknown) => result, { callId: () => call.id });
  await run(JSON.parse(call.function.arguments));
}
