import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeTraces } from '../../../../collector/src/decode/decode.ts';
import { openPriceBook } from '../../../../collector/src/enrich/price-book.ts';
import { createRowBuilder } from '../../../../collector/src/enrich/rows.ts';
import { messageOf } from '../../../../collector/src/lifecycle/export/messages.ts';
import { span_form, spanOf } from '../../../../collector/src/lifecycle/export/otlp-span.ts';
import { requestOf } from '../../../../collector/src/lifecycle/export/requests.ts';
import { normalise } from '../../../../collector/src/normalise/normalise.ts';
import type { Row, SpanRows } from '../../../../collector/src/stores/store.ts';
import { attributes, hex, messages, start_ns } from './arbitraries.ts';

const build = createRowBuilder({ price_book: await openPriceBook() });

/** The way of a request into rows. */
function rowsOf(request: string): SpanRows[] {
  return decodeTraces(Buffer.from(request), 'json').spans.map((span) => build(normalise(span), 'default'));
}

/** The way of rows back into a request. */
function exported(rows: readonly SpanRows[]): string {
  return requestOf(
    span_form,
    rows.map(({ span, messages, embeddings }) => {
      const contents = new Map(messages.map((row) => [row.message_hash, messageOf(row as unknown as Row)]));
      return spanOf(span as unknown as Row, { messages: contents, vectors: embeddings as unknown as Row[] });
    }),
  );
}

const vector = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 4 });
const contents = fc.record({
  input: fc.option(messages),
  output: fc.option(messages),
  vectors: fc.array(vector, { maxLength: 3 }),
  with_texts: fc.boolean(),
});

const span = fc
  .record({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16)),
    name: fc.string(),
    kind: fc.nat(5),
    start_ns,
    duration_ns: fc.bigInt({ min: 0n, max: 86_400_000_000_000n }),
    status: fc.record({ code: fc.nat(2), message: fc.string() }),
    attributes,
    events: fc.array(fc.record({ name: fc.string(), timeUnixNano: start_ns.map(String), attributes }), {
      maxLength: 2,
    }),
    links: fc.array(fc.record({ traceId: hex(32), spanId: hex(16), traceState: fc.string(), attributes }), {
      maxLength: 2,
    }),
    contents,
  })
  .map(({ start_ns: start, duration_ns, contents: content, ...rest }) => ({
    ...rest,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + duration_ns),
    attributes: [...rest.attributes, ...contentAttributes(content)],
  }));

function contentAttributes({
  input,
  output,
  vectors,
  with_texts,
}: {
  input: unknown;
  output: unknown;
  vectors: Float32Array[];
  with_texts: boolean;
}) {
  const text = (name: string, value: unknown) =>
    value === null ? [] : [{ key: name, value: { stringValue: JSON.stringify(value) } }];
  const list = (name: string, values: string[]) =>
    values.length === 0
      ? []
      : [{ key: name, value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } } }];
  return [
    ...text('gen_ai.input.messages', input),
    ...text('gen_ai.output.messages', output),
    ...list(
      'sextant.embedding.vectors',
      vectors.map((numbers) =>
        Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64'),
      ),
    ),
    ...(with_texts
      ? list(
          'sextant.embedding.inputs',
          vectors.map((_, index) => `text ${index}`),
        )
      : []),
  ];
}

const request = fc
  .record({
    resource: attributes,
    scope: fc.record({ name: fc.string(), version: fc.string(), attributes }),
    schemaUrl: fc.string(),
    spans: fc.array(span, { minLength: 1, maxLength: 3 }),
  })
  .map(({ resource, scope, schemaUrl, spans }) =>
    JSON.stringify({
      resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope, schemaUrl, spans }] }],
    }),
  );

it('makes of the rows of a request a request that makes the same rows', () => {
  fc.assert(
    fc.property(request, (text) => {
      const rows = rowsOf(text);
      expect(rowsOf(exported(rows))).toEqual(rows);
    }),
    { seed: 20261121, numRuns: 400 },
  );
});

it('puts what was read from the attributes of others back in its own', () => {
  const of_openinference = JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: 'a'.repeat(32),
                spanId: 'b'.repeat(16),
                name: 'call',
                startTimeUnixNano: '1700000000000000001',
                endTimeUnixNano: '1700000000000001000',
                attributes: Object.entries({
                  'openinference.span.kind': 'LLM',
                  'llm.input_messages.0.message.role': 'user',
                  'llm.input_messages.0.message.content': 'hello',
                }).map(([name, stringValue]) => ({ key: name, value: { stringValue } })),
              },
            ],
          },
        ],
      },
    ],
  });
  const rows = rowsOf(of_openinference);
  expect(rows[0]?.messages).toMatchObject([{ role: 'user', text: 'hello' }]);
  const again = exported(rows);
  expect(again).not.toContain('llm.input_messages');
  expect(rowsOf(again)).toEqual(rows);
});
