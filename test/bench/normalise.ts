import { calcPrice } from '@pydantic/genai-prices';
import type { DecodedSpan } from '../../collector/src/decode/records.ts';
import { openPriceBook } from '../../collector/src/enrich/price-book.ts';
import { createRowBuilder } from '../../collector/src/enrich/rows.ts';
import { normalise } from '../../collector/src/normalise/normalise.ts';
import { createRedactor } from '../../collector/src/redact/redactor.ts';
import { spanOf } from '../collector/normalise/support.ts';

/** Measures what a span costs between the decoder and the store, one line for each figure. */
export async function run(): Promise<string[]> {
  const price_book = await openPriceBook();
  const toSpanRows = createRowBuilder({ price_book });
  const redactor = createRedactor({ redact_names: '', onSecret: () => undefined });
  const spans = agentSpans(2_000);
  const bytes = spans.reduce((sum, span) => sum + sizeOf(span), 0) / spans.length;
  const normal = spans.map((span) => normalise(span));
  const request = { provider: 'openai', model: 'gpt-4o-mini-2024-07-18', time_us: 1.76e15 };
  const usage = { input_tokens: 1000, cache_read_tokens: 200, output_tokens: 100 };
  return [
    `redact: ${microseconds(spans, (span) => redactor.span(span))} µs per span`,
    `normalise and enrich: ${microseconds(spans, (span) => toSpanRows(normalise(span), 'default'))} µs per span of ${Math.round(bytes)} bytes of attributes`,
    `normalise: ${microseconds(spans, (span) => normalise(span))} µs per span`,
    `enrich: ${microseconds(normal, (span) => toSpanRows(span, 'default'))} µs per span`,
    `price, remembered: ${microseconds(spans, () => price_book.find(request))} µs per look-up`,
    `price, not remembered: ${microseconds(spans, () => calcPrice(usage, request.model, { providerId: 'openai', timestamp: new Date(request.time_us / 1000) }))} µs per calculation`,
  ];
}

function microseconds<Item>(items: readonly Item[], work: (item: Item) => unknown): string {
  let best_ms = Infinity;
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    for (const item of items) work(item);
    best_ms = Math.min(best_ms, performance.now() - start);
  }
  return ((best_ms * 1000) / items.length).toFixed(2);
}

/** Turns of agents: three messages of history are sent again with each new turn, so a third is known already. */
function agentSpans(count: number): DecodedSpan[] {
  return Array.from({ length: count }, (_, i) =>
    spanOf({
      name: 'chat gpt-4o-mini',
      start_time_ns: 1_760_000_000_000_000_000n + BigInt(i) * 1_000_000n,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.request.temperature': 0.2,
        'gen_ai.request.max_tokens': 1024,
        'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
        'gen_ai.response.id': `chatcmpl-${i}`,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 900 + i,
        'gen_ai.usage.output_tokens': 120,
        'gen_ai.usage.cache_read.input_tokens': 512,
        'gen_ai.conversation.id': `conversation-${Math.floor(i / 6)}`,
        'gen_ai.agent.name': 'support',
        'server.address': 'api.openai.com',
        'server.port': 443,
        'user.id': `user-${i % 97}`,
        'gen_ai.input.messages': JSON.stringify(history(i)),
        'gen_ai.output.messages': JSON.stringify([
          {
            role: 'assistant',
            parts: [{ type: 'text', content: text(`answer ${i}`, 420) }],
            finish_reason: 'stop',
          },
        ]),
      },
    }),
  );
}

function history(turn: number): unknown[] {
  return [
    { role: 'system', parts: [{ type: 'text', content: text('You are a support agent.', 600) }] },
    { role: 'user', parts: [{ type: 'text', content: text(`question ${turn - 1}`, 300) }] },
    {
      role: 'assistant',
      parts: [
        {
          type: 'tool_call',
          id: `call_${turn}`,
          name: 'find_order',
          arguments: { order: `order-${turn}`, limit: 3 },
        },
      ],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: `call_${turn}`, response: text(`order ${turn}`, 500) }],
    },
    { role: 'user', parts: [{ type: 'text', content: text(`question ${turn}`, 300) }] },
  ];
}

function text(start: string, length: number): string {
  return `${start} ${'the quick brown fox jumps over the lazy dog; '.repeat(20)}`.slice(0, length);
}

function sizeOf(span: DecodedSpan): number {
  return [...span.attributes].reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
}
