import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../../collector/src/decode/decode.ts';
import { value_depth_max } from '../../../collector/src/decode/limits.ts';
import { SextantError } from '../../../collector/src/errors.ts';
import {
  attribute,
  bytes,
  field,
  fixed64,
  message,
  text,
  traceRequest,
  varint,
} from '../../support/protobuf.ts';
import { sampleSpans } from '../../support/sample-spans.ts';

const decode = (body: Buffer) => decodeTraces(body, 'protobuf');

describe('protobuf traces', () => {
  it('reads what the official serializer writes', () => {
    const spans = sampleSpans();
    const body = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array);
    const decoded = decode(body);
    expect(decoded.rejections).toEqual([]);
    expect(decoded.spans.map((span) => span.name)).toEqual(spans.map((span) => span.name));
    const [parent, child] = decoded.spans;
    expect(child?.parent_span_id).toBe(parent?.span_id);
    expect(child?.trace_id).toBe(spans[0]?.spanContext().traceId);
    expect(child?.start_time_ns).toBe(1_700_000_000_123_456_789n);
    expect(child?.resource.attributes.get('service.name')).toBe('checkout');
    expect(child?.scope.name).toBe('sample');
    expect(child?.status_code).toBe(2);
    expect(child?.attributes.get('text')).toBe('grüße 🚢');
    expect(child?.attributes.get('whole')).toBe(42);
    expect(child?.attributes.get('fraction')).toBe(0.25);
    expect(child?.attributes.get('list')).toEqual(['a', 'b']);
    expect(child?.events[0]).toMatchObject({ name: 'exception', time_ns: 1_700_000_000_200_000_000n });
    expect(child?.links[0]?.trace_id).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('keeps integers of 64 bits exact', () => {
    for (const value of [
      0n,
      1n,
      -1n,
      2n ** 53n - 1n,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 63n - 1n,
      -(2n ** 63n),
    ]) {
      const body = traceRequest({ extra: [attribute(9, 'n', field(3, 0, varint(value)))] });
      const found = decode(body).spans[0]?.attributes.get('n');
      expect(BigInt(found as number)).toBe(value);
      expect(typeof found).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
    }
  });

  it('reads nested, bytes and empty values, and takes __proto__ as a key like any other', () => {
    const nested = message(
      6,
      attribute(1, 'inner', message(5, bytes(1, text(1, 'x')), bytes(1, field(2, 0, varint(1))))),
    );
    const body = traceRequest({
      extra: [
        attribute(9, 'map', nested),
        attribute(9, 'raw', bytes(7, Buffer.from([0, 255]))),
        attribute(9, 'empty', Buffer.alloc(0)),
        attribute(9, '__proto__', text(1, 'polluted')),
      ],
    });
    const attributes = decode(body).spans[0]?.attributes;
    expect(attributes?.get('map')).toEqual(new Map([['inner', ['x', true]]]));
    expect(attributes?.get('raw')).toEqual(new Uint8Array([0, 255]));
    expect(attributes?.get('empty')).toBeNull();
    expect(attributes?.get('__proto__')).toBe('polluted');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('leaves out an attribute nested too deeply and keeps the rest of the span', () => {
    let value = text(1, 'bottom');
    for (let level = 0; level < 10_000; level++) value = message(5, bytes(1, value));
    const body = traceRequest({
      extra: [attribute(9, 'deep', value), attribute(9, 'flat', text(1, 'kept'))],
    });
    const { spans, rejections } = decode(body);
    expect(spans[0]?.attributes.get('flat')).toBe('kept');
    expect(spans[0]?.attributes.has('deep')).toBe(false);
    expect(rejections).toMatchObject([{ reason: 'attribute_too_deep', item_lost: false }]);
  });

  it('keeps an attribute at the depth limit', () => {
    let value = text(1, 'bottom');
    for (let level = 0; level < value_depth_max; level++) value = message(5, bytes(1, value));
    const { spans, rejections } = decode(traceRequest({ extra: [attribute(9, 'deep', value)] }));
    expect(rejections).toEqual([]);
    expect(spans[0]?.attributes.has('deep')).toBe(true);
  });

  it('refuses spans without valid ids and keeps the others', () => {
    const body = traceRequest(
      { name: 'good' },
      { span_id: '' },
      { trace_id: '00'.repeat(16) },
      { span_id: 'ab' },
    );
    const { spans, rejections } = decode(body);
    expect(spans.map((span) => span.name)).toEqual(['good']);
    expect(rejections.map(({ reason }) => reason)).toEqual([
      'invalid_span_id',
      'invalid_trace_id',
      'invalid_span_id',
    ]);
  });

  it('keeps a span whose parent id is invalid, without it, and says so', () => {
    const parents = [Buffer.alloc(8), Buffer.alloc(0), Buffer.from('root'), Buffer.alloc(8, 10)];
    const { spans, rejections } = decode(
      traceRequest(...parents.map((parent) => ({ extra: [bytes(4, parent)] }))),
    );
    expect(spans.map((span) => span.parent_span_id)).toEqual([null, null, null, '0a'.repeat(8)]);
    expect(rejections).toMatchObject([{ reason: 'invalid_span_id', item_lost: false }]);
  });

  it('does not depend on the order of fields, and skips unknown ones', () => {
    const unknown = [
      field(900, 0, varint(7)),
      field(901, 5, Buffer.alloc(4)),
      fixed64(902, 1n),
      text(903, 'future'),
    ];
    const span = message(
      2,
      text(5, 'last'),
      bytes(2, Buffer.alloc(8, 1)),
      ...unknown,
      bytes(1, Buffer.alloc(16, 2)),
    );
    const scope_spans = message(2, span, message(1, text(1, 'late scope')), ...unknown);
    const resource = message(1, attribute(1, 'service.name', text(1, 'late')));
    const { spans } = decode(message(1, scope_spans, ...unknown, resource));
    expect(spans[0]).toMatchObject({ name: 'last', scope: { name: 'late scope' } });
    expect(spans[0]?.resource.attributes.get('service.name')).toBe('late');
  });

  it('treats an empty request as success', () => {
    expect(decode(Buffer.alloc(0))).toEqual({ spans: [], rejections: [] });
  });

  it('either decodes or reports undecodable, whatever the bytes', () => {
    const valid = Buffer.from(ProtobufTraceSerializer.serializeRequest(sampleSpans()) as Uint8Array);
    const damaged = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 20 })
      .map((changes) => {
        const copy = Buffer.from(valid);
        for (const [place, value] of changes) copy[place] = value;
        return copy;
      });
    const random = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const truncated = fc.nat(valid.length).map((length) => valid.subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(damaged, random, truncated), (body) => {
        try {
          decode(body);
        } catch (error) {
          expect(error).toBeInstanceOf(SextantError);
          expect((error as SextantError).code).toBe('undecodable');
        }
      }),
      { seed: 20261121, numRuns: 2_000 },
    );
  });
});
