import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../../collector/src/decode/decode.ts';
import { SextantError } from '../../../collector/src/errors.ts';
import { sampleSpans } from '../../support/sample-spans.ts';

const decode = (value: unknown) =>
  decodeTraces(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), 'json');
const ids = { traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' };
const request = (...spans: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('JSON traces', () => {
  it('reads the same from JSON as from protobuf', () => {
    const json = Buffer.from(JsonTraceSerializer.serializeRequest(sampleSpans()) as Uint8Array);
    const protobuf = Buffer.from(ProtobufTraceSerializer.serializeRequest(sampleSpans()) as Uint8Array);
    expect(decodeTraces(json, 'json')).toEqual(decodeTraces(protobuf, 'protobuf'));
  });

  it('takes ids in either case and stores them in lower case', () => {
    expect(decode(request(ids)).spans[0]).toMatchObject({
      trace_id: '5b8efff798038103d269b633813fc60c',
      span_id: 'eee19b7ec3c1b174',
    });
  });

  it('keeps 64-bit integers exact, as strings and as numbers', () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${ids.traceId}","spanId":"${ids.spanId}",
      "startTimeUnixNano": 1544712660123456789, "endTimeUnixNano":"1544712661000000001",
      "attributes":[{"key":"n","value":{"intValue": 9007199254740993}},{"key":"m","value":{"intValue":"-9007199254740993"}},
        {"key":"quote","value":{"stringValue":"say \\"intValue\\": 12345678901234567890, please"}}]}]}]}]}`;
    const [span] = decode(text).spans;
    expect(span?.start_time_ns).toBe(1544712660123456789n);
    expect(span?.end_time_ns).toBe(1544712661000000001n);
    expect(span?.attributes.get('n')).toBe(9007199254740993n);
    expect(span?.attributes.get('m')).toBe(-9007199254740993n);
    expect(span?.attributes.get('quote')).toBe('say "intValue": 12345678901234567890, please');
  });

  it('takes null for absent and ignores unknown fields', () => {
    const { spans } = decode(
      request({ ...ids, name: null, attributes: null, parentSpanId: null, future: { x: 1 } }),
    );
    expect(spans[0]).toMatchObject({ name: '', parent_span_id: null });
  });

  it('reads every kind of value', () => {
    const value = (key: string, any: unknown) => ({ key, value: any });
    const attributes = [
      value('bytes', { bytesValue: 'AP8=' }),
      value('nan', { doubleValue: 'NaN' }),
      value('bool', { boolValue: false }),
      value('map', {
        kvlistValue: { values: [value('k', { arrayValue: { values: [{ intValue: '1' }, {}] } })] },
      }),
      value('__proto__', { stringValue: 'harmless' }),
      value('none', null),
    ];
    const found = decode(request({ ...ids, attributes })).spans[0]?.attributes;
    expect(found?.get('bytes')).toEqual(new Uint8Array([0, 255]));
    expect(found?.get('nan')).toBeNaN();
    expect(found?.get('bool')).toBe(false);
    expect(found?.get('map')).toEqual(new Map([['k', [1, null]]]));
    expect(found?.get('__proto__')).toBe('harmless');
    expect(found?.get('none')).toBeNull();
  });

  it('leaves out an attribute nested 10,000 deep', () => {
    const deep = `${'{"arrayValue":{"values":['.repeat(10_000)}{"intValue":"1"}${']}}'.repeat(10_000)}`;
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${ids.traceId}","spanId":"${ids.spanId}",
      "attributes":[{"key":"deep","value":${deep}},{"key":"flat","value":{"boolValue":true}}]}]}]}]}`;
    const { spans, rejections } = decode(text);
    expect([...(spans[0]?.attributes.keys() ?? [])]).toEqual(['flat']);
    expect(rejections).toMatchObject([{ reason: 'attribute_too_deep', item_lost: false }]);
  });

  it.each([
    ['no JSON', '{"resourceSpans": ['],
    ['another shape', '{"resourceSpans": {"a": 1}}'],
    ['a list', '[1]'],
    ['a time that is no number', request({ ...ids, startTimeUnixNano: 'yesterday' })],
    ['a time beyond 64 bits', request({ ...ids, startTimeUnixNano: '99999999999999999999' })],
    ['a number as name', request({ ...ids, name: 5 })],
  ])('reports undecodable: %s', (_name, body) => {
    expect(() => decode(body)).toThrow(SextantError);
    expect(() => decode(body)).toThrow(/not valid OTLP/);
  });

  it('refuses base64 ids for their span alone', () => {
    const { spans, rejections } = decode(request({ ...ids, traceId: 'W47/95gDgQPSabYzgT/GDA==' }, ids));
    expect(spans).toHaveLength(1);
    expect(rejections).toMatchObject([{ reason: 'invalid_trace_id', item_lost: true }]);
  });
});
