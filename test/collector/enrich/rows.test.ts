import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue, DecodedSpan } from '../../../collector/src/decode/records.ts';
import { canonicalJson } from '../../../collector/src/enrich/canonical-json.ts';
import { openPriceBook } from '../../../collector/src/enrich/price-book.ts';
import { createRowBuilder } from '../../../collector/src/enrich/rows.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import { tables } from '../../../collector/src/stores/schema.ts';
import type { SpanRows } from '../../../collector/src/stores/store.ts';
import { type PlainAttributes, type PlainSpan, spanOf } from '../normalise/support.ts';

const toSpanRows = createRowBuilder({ price_book: await openPriceBook() });

function rowsOf(plain: PlainSpan, tenant = 'acme'): SpanRows {
  return toSpanRows(normalise(spanOf(plain)), tenant);
}

function attributesOf(attributes: PlainAttributes): unknown {
  return JSON.parse(rowsOf({ attributes }).span.attributes);
}

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
  'gen_ai.prompt.name': 'greeting',
  'gen_ai.prompt.version': '7',
};

describe('the span', () => {
  it('has every column of the schema and no other, null where nothing is known', () => {
    const { span } = rowsOf({ attributes: { 'http.method': 'GET' }, resource: {} });
    const { ingest_time: _1, stored_time: _2, conversation_time: _3, ...columns } = tables.spans.columns;
    expect(Object.keys(span).sort()).toEqual(Object.keys(columns).sort());
    for (const [name, value] of Object.entries(span)) {
      const { required } = columns[name as keyof typeof columns];
      expect(value === null, name).toBe(!required);
      expect(value, name).not.toBeUndefined();
    }
  });

  it('has times in microseconds and durations below a millisecond, negative where the sender said so', () => {
    const start_time_ns = 1_760_000_000_123_456_789n;
    const { span } = rowsOf({ start_time_ns, end_time_ns: start_time_ns + 1_234n });
    expect(span).toMatchObject({
      start_time: 1_760_000_000_123_456,
      end_time: 1_760_000_000_123_458,
      duration_ms: 0.001234,
    });
    expect(rowsOf({ start_time_ns, end_time_ns: start_time_ns - 1_000_000n }).span.duration_ms).toBe(-1);
  });

  it('has tokens and cost', () => {
    const rows = rowsOf({ attributes: chat });
    expect(rows.span).toMatchObject({
      input_tokens: 1000,
      output_tokens: 100,
      is_leaf: true,
      cost_method: 'computed',
    });
    expect(rows.span.cost_usd).toBeCloseTo(0.00021, 12);
    expect(rows.cost_lines).toMatchObject([
      {
        unit: 'input',
        quantity: 1000,
        amount_nano_usd: 150_000,
        revision: 0,
        model: 'gpt-4o-mini',
        tenant: 'acme',
      },
      { unit: 'output', quantity: 100, amount_nano_usd: 60_000, method: 'computed' },
    ]);
    expect(rows.cost_lines[0]?.price_book).toBe(rows.span.price_book);
  });

  it('says unpriced, and charges nothing', () => {
    const rows = rowsOf({
      attributes: { ...chat, 'gen_ai.request.model': 'x', 'gen_ai.response.model': 'x' },
    });
    expect(rows.span).toMatchObject({ cost_usd: null, cost_method: 'unpriced', price_book: null });
    expect(rows.cost_lines).toEqual([]);
    expect(rowsOf({ attributes: { 'gen_ai.operation.name': 'invoke_agent' } }).span.cost_method).toBeNull();
  });

  it('names versions, and a version without a name', () => {
    const { versions } = rowsOf({
      attributes: { ...chat, 'sextant.chain.version': '3' },
      resource: { 'service.name': 'shop', 'service.version': '1.2' },
    });
    expect(versions.map(({ kind, name, version }) => [kind, name, version])).toEqual([
      ['prompt', 'greeting', '7'],
      ['chain', 'unnamed', '3'],
      ['model', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
      ['deployment', 'shop', '1.2'],
    ]);
  });
});

describe('messages', () => {
  const hello =
    '[{"role":"user","parts":[{"type":"text","content":"Hello"},{"type":"text","content":"there"}]}]';

  it('are rows of their own, found by hash and gone from the attributes', () => {
    const { span, messages } = rowsOf({ attributes: { ...chat, 'gen_ai.input.messages': hello } });
    expect(span.input_messages).toEqual([messages[0]?.message_hash]);
    expect(messages).toEqual([
      {
        tenant: 'acme',
        message_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
        role: 'user',
        text: 'Hello\nthere',
        content:
          '{"parts":[{"content":"Hello","type":"text"},{"content":"there","type":"text"}],"role":"user"}',
        first_time: span.start_time,
      },
    ]);
    expect(JSON.parse(span.attributes)).toEqual(chat);
  });

  it('are one row for one content, whatever the order of keys or the dialect', () => {
    const { span, messages } = rowsOf({
      attributes: {
        'gen_ai.input.messages':
          '[{"role":"tool","parts":[{"id":"c","type":"tool_call_response","response":{"a":1,"b":[2]}}]},' +
          '{"parts":[{"response":{"b":[2],"a":1},"type":"tool_call_response","id":"c"}],"role":"tool"}]',
      },
    });
    expect(span.input_messages).toHaveLength(2);
    expect(new Set(span.input_messages).size).toBe(1);
    expect(messages).toHaveLength(1);
    const flattened = rowsOf({
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.contents.0.message_content.text': 'Hello',
        'llm.input_messages.0.message.contents.1.message_content.text': 'there',
      },
    });
    const structured = rowsOf({ attributes: { 'gen_ai.input.messages': hello } });
    expect(flattened.span.input_messages).toEqual(structured.span.input_messages);
  });

  it('of two tenants have different hashes', () => {
    const attributes = { 'gen_ai.input.messages': hello };
    expect(rowsOf({ attributes }, 'a').span.input_messages).not.toEqual(
      rowsOf({ attributes }, 'b').span.input_messages,
    );
  });
});

it('makes rows of any span', () => {
  const extreme = fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 1_760_000_000_123_456_789n);
  const name = fc.constantFrom(
    ...Object.keys(chat),
    'gen_ai.input.messages',
    'session.id',
    '__proto__',
    'toJSON',
    '7',
  );
  const value = fc.oneof(
    fc.string(),
    fc.jsonValue().map((json) => JSON.stringify(json)),
    fc.integer(),
    fc.constant(null),
  );
  const attributes = fc.dictionary(name, value, { noNullPrototype: true });
  fc.assert(
    fc.property(extreme, extreme, attributes, (start_time_ns, end_time_ns, drawn) => {
      const plain = {
        start_time_ns,
        end_time_ns,
        attributes: drawn,
        resource: drawn,
        events: [{ name: '', attributes: drawn }],
      };
      const { span, messages } = rowsOf(plain);
      for (const json of [
        span.attributes,
        span.resource,
        span.events,
        ...messages.flatMap(({ content }) => content ?? []),
      ]) {
        expect(() => JSON.parse(json)).not.toThrow();
      }
      expect(messages.map(({ message_hash }) => message_hash)).toEqual(
        expect.arrayContaining([...(span.input_messages ?? [])]),
      );
    }),
    { seed: 13, numRuns: 1000 },
  );
});

describe('embeddings', () => {
  it('are rows with slices, encoder and the text as a message', () => {
    const { span, embeddings, messages } = rowsOf({
      name: 'embeddings text-embedding-3-small',
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'text-embedding-3-small',
        'gen_ai.conversation.id': 'c1',
        'sextant.embedding.vectors': [Buffer.from(Float32Array.of(0.5, 1).buffer).toString('base64')],
        'sextant.embedding.inputs': ['Hello'],
      },
    });
    expect(embeddings).toEqual([
      {
        tenant: 'acme',
        trace_id: span.trace_id,
        span_id: span.span_id,
        conversation_id: 'c1',
        feature: 'embedding.embeddings text-embedding-3-small',
        slices: '{"service":"shop","request_model":"text-embedding-3-small"}',
        time: span.start_time,
        encoder: 'text-embedding-3-small',
        dimension: 2,
        vector: Float32Array.of(0.5, 1),
        text_hash: messages[0]?.message_hash,
        sampling_probability: null,
      },
    ]);
    expect(messages[0]).toMatchObject({ role: 'user', text: 'Hello' });
    expect(span.attributes).not.toContain('sextant.embedding');
    expect(span.input_messages).toBeNull();
  });
});

describe('JSON columns', () => {
  it('write what JSON has no words for', () => {
    const attributes = {
      small: 5n,
      large: 2n ** 63n - 1n,
      bytes: Uint8Array.of(1, 2, 255),
      nan: Number.NaN,
      list: [1, null, true, { deep: -0.5 }],
    };
    expect(attributesOf(attributes)).toEqual({
      small: 5,
      large: '9223372036854775807',
      bytes: 'AQL/',
      nan: 'NaN',
      list: [1, null, true, { deep: -0.5 }],
    });
  });

  it('keep a key named __proto__ as data', () => {
    const inner = new Map([['__proto__', 'mine']]);
    const attributes = new Map<string, AttributeValue>([
      ['__proto__', 'mine'],
      ['map', inner],
    ]);
    const span: DecodedSpan = { ...spanOf(), attributes };
    expect(toSpanRows(normalise(span), 'acme').span.attributes).toBe(
      '{"__proto__":"mine","map":{"__proto__":"mine"}}',
    );
  });

  it('hold the resource with its scope, events and links', () => {
    const link = {
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      trace_state: '',
      attributes: new Map(),
    };
    const plain: PlainSpan = {
      start_time_ns: 1_760_000_000_123_456_789n,
      scope: 'my.library',
      resource: { 'service.name': 'shop', scope: 'taken' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'E' } }],
    };
    const { span } = toSpanRows(normalise({ ...spanOf(plain), links: [link] }), 'acme');
    expect(JSON.parse(span.resource)).toEqual({
      'service.name': 'shop',
      'resource.scope': 'taken',
      scope: { name: 'my.library', version: '', schema_url: '', attributes: {} },
    });
    expect(JSON.parse(span.events)).toEqual([
      { name: 'exception', time: '2025-10-09T08:53:20.123456789Z', attributes: { 'exception.type': 'E' } },
    ]);
    expect(JSON.parse(span.links)).toEqual([{ ...link, attributes: {} }]);
  });

  it('are written anew for every pair of resource and scope', () => {
    const first = spanOf({ resource: { 'service.name': 'a' }, scope: 'x' });
    const second = { ...spanOf({ scope: 'y' }), resource: first.resource };
    const third = { ...spanOf({ resource: { 'service.name': 'b' } }), scope: first.scope };
    const resources = [first, second, third].map((span) => toSpanRows(normalise(span), 't').span.resource);
    expect(new Set(resources).size).toBe(3);
  });
});

it('canonical JSON means the same and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = canonicalJson(value);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(json);
    }),
    { seed: 3, numRuns: 1000 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reversed(item)] as const)
      .reverse(),
  );
}
