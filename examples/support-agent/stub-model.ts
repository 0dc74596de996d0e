/** A chat model made of rules: it calls the tool a question asks for, and answers from what it was given. */

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

interface ChatMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_calls?: readonly unknown[];
}

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Completion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly tool_calls?: readonly ToolCall[];
    };
    readonly finish_reason: 'stop' | 'tool_calls';
  }[];
  readonly usage: object;
  readonly system_fingerprint: string;
}

/** Which tool a question asks for; the first that fits. */
const tool_rules: readonly { readonly tool: string; readonly asks: RegExp }[] = [
  { tool: 'start_refund', asks: /refund|money back|return|charged twice/i },
  { tool: 'send_reset_link', asks: /password|log ?in|locked out|two-factor/i },
  { tool: 'find_order', asks: /order|parcel|package|deliver|tracking|arriv/i },
];

export function completionFor(request: ChatRequest): Completion {
  const call = toolCallFor(request);
  const content = call === undefined ? answerFor(request.messages) : null;
  const output = content ?? JSON.stringify(call);
  return {
    id: `chatcmpl-${hashOf(JSON.stringify(request.messages))}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, ...(call === undefined ? {} : { tool_calls: [call] }) },
        finish_reason: call === undefined ? 'stop' : 'tool_calls',
      },
    ],
    usage: usageOf(request.messages, output),
    system_fingerprint: 'fp_simulated',
  };
}

/** The chunks a provider would stream the completion in: a word or two each, usage in the last. */
export function completionChunks(completion: Completion): object[] {
  const { id, created, model, choices, usage } = completion;
  const head = { id, object: 'chat.completion.chunk', created, model };
  const [choice] = choices;
  const pieces = choice?.message.content?.match(/\S+\s*\S*\s*/g) ?? [];
  const delta = (fields: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta: fields, finish_reason }],
  });
  return [
    delta({ role: 'assistant', content: '' }),
    ...pieces.map((content) => delta({ content })),
    ...(choice?.message.tool_calls ?? []).map((call) => delta({ tool_calls: [{ index: 0, ...call }] })),
    delta({}, choice?.finish_reason ?? 'stop'),
    { ...head, choices: [], usage },
  ];
}

/** A tool is called once, right after the user has spoken. */
function toolCallFor({ messages, tools = [] }: ChatRequest): ToolCall | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'user' || typeof last.content !== 'string') return undefined;
  const question = last.content;
  const offered = new Set(tools.map((tool) => tool.function.name));
  const rule = tool_rules.find(({ tool, asks }) => offered.has(tool) && asks.test(question));
  if (rule === undefined) return undefined;
  const order_id = /\b[A-Z]-\d{4,6}\b/.exec(question)?.[0] ?? `A-${10_000 + (hashOf(question) % 90_000)}`;
  return {
    id: `call_${hashOf(question)}`,
    type: 'function',
    function: { name: rule.tool, arguments: JSON.stringify({ order_id }) },
  };
}

const greetings = ['Thanks for reaching out.', 'Happy to help.', 'Sorry for the trouble.', 'Good question.'];
const closings = ['Is there anything else?', 'Let me know how it goes.', 'We are here if you need more.', ''];

/** Quotes what the handbook and the tools said; a system prompt that asks for brevity gets it. */
function answerFor(messages: readonly ChatMessage[]): string {
  const system = messages[0]?.role === 'system' ? (messages[0].content ?? '') : '';
  const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const found = messages.at(-1)?.role === 'tool' ? `I looked it up: ${messages.at(-1)?.content}.` : '';
  const handbook = /Handbook: (.*)/.exec(system)?.[1] ?? '';
  const pick = (list: readonly string[]) => list[hashOf(said) % list.length] ?? '';
  const sentences = /one sentence/i.test(system)
    ? [found === '' ? handbook : found]
    : [pick(greetings), found, handbook, pick(closings)];
  return sentences.filter((sentence) => sentence !== '').join(' ') || 'I will ask a colleague.';
}

/** Four characters a token; the system prompt counts as cached in steps of 128, as providers count. */
function usageOf(messages: readonly ChatMessage[], output: string): object {
  const tokens = (text: string) => Math.ceil(text.length / 4);
  const prompt_tokens = messages.reduce((sum, message) => sum + tokens(JSON.stringify(message)), 0);
  const completion_tokens = tokens(output);
  const cached_tokens = Math.floor(tokens(messages[0]?.content ?? '') / 128) * 128;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

/** A number that depends on every character; 31 is the multiplier of the usual polynomial string hash. */
function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0;
  return hash;
}
