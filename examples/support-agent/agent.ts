import { agent, tool, withConversation, withVersions } from '@sextant/sdk';
import type OpenAI from 'openai';
import { type Handbook, searchHandbook } from './handbook.ts';

const MODEL = 'gpt-4o-mini';

/** Versions of the prompt. The second asks for brevity, which changes what the agent says. */
export const prompts = {
  '1': 'You are the support agent of a furniture shop. Be friendly and thorough.',
  '2': 'You are the support agent of a furniture shop. Answer in one sentence.',
} as const;

export type PromptVersion = keyof typeof prompts;

export interface ConversationRequest {
  /** A client of the real `openai` package, instrumented. */
  readonly client: OpenAI;
  readonly handbook: Handbook;
  /** What the user says, turn by turn. */
  readonly turns: readonly string[];
  readonly promptVersion: PromptVersion;
  readonly conversationId: string;
  readonly userId: string;
  readonly deploymentVersion?: string;
}

/** Runs one conversation and gives back what the agent said, turn by turn. */
export function runConversation(request: ConversationRequest): Promise<string[]> {
  const { promptVersion, conversationId, userId, deploymentVersion = '1' } = request;
  const versions = { prompt: { name: 'support', version: promptVersion }, deployment: deploymentVersion };
  return withConversation({ conversationId, userId }, () =>
    withVersions(versions, async () => {
      const history: OpenAI.ChatCompletionMessageParam[] = [];
      const answers: string[] = [];
      for (const turn of request.turns) {
        history.push({ role: 'user', content: turn });
        const answer = await support({ ...request, history });
        history.push({ role: 'assistant', content: answer });
        answers.push(answer);
      }
      return answers;
    }),
  );
}

interface Turn extends ConversationRequest {
  readonly history: readonly OpenAI.ChatCompletionMessageParam[];
}

/** One turn: search the handbook, ask the model, call the tool it asks for, let it answer. */
const support = agent(
  'support',
  async ({ client, handbook, history, promptVersion }: Turn): Promise<string> => {
    const question = String(history.at(-1)?.content);
    const found = await searchHandbook({ client, handbook, query: question, topK: 2 });
    const system = `${prompts[promptVersion]}\nHandbook: ${found.map(({ content }) => content).join(' ')}`;
    const messages = [{ role: 'system' as const, content: system }, ...history];
    const first = await client.chat.completions.create({ model: MODEL, messages, tools });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call?.type !== 'function') return message?.content ?? '';

    const result = callTool(call.function.name, call.function.arguments, call.id);
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: [...messages, message, { role: 'tool', tool_call_id: call.id, content: result }],
      stream: true,
      stream_options: { include_usage: true },
    });
    let answer = '';
    for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? '';
    return answer;
  },
  { input: ({ history }) => history, version: '1', attributes: { 'example.simulated': true } },
);

interface ToolInput {
  readonly order_id: string;
  readonly call_id: string;
}

const toolOptions = {
  input: ({ order_id }: ToolInput) => ({ order_id }),
  callId: ({ call_id }: ToolInput) => call_id,
};

const toolbox = {
  find_order: tool(
    'find_order',
    ({ order_id }: ToolInput) => {
      // A few orders are unknown, so that there are errors to look at.
      if (/[05]0$/.test(order_id)) throw new RangeError(`There is no order ${order_id}`);
      return { order_id, status: statuses[Number(order_id.at(-1)) % statuses.length] };
    },
    toolOptions,
  ),
  start_refund: tool(
    'start_refund',
    ({ order_id }: ToolInput) => ({ order_id, refund: 'started' }),
    toolOptions,
  ),
  send_reset_link: tool('send_reset_link', (_given: ToolInput) => ({ sent: true }), toolOptions),
};

const statuses = ['packed', 'shipped', 'out for delivery', 'delivered'] as const;

const tools: OpenAI.ChatCompletionTool[] = Object.keys(toolbox).map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { order_id: { type: 'string' } } } },
}));

/** The model reads what went wrong, as it would read a result. */
function callTool(name: string, given: string, call_id: string): string {
  const { order_id } = JSON.parse(given) as { order_id: string };
  const run = toolbox[name as keyof typeof toolbox];
  try {
    return JSON.stringify(run({ order_id, call_id }));
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : error}`;
  }
}
