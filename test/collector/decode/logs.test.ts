import { describe, expect, it } from 'vitest';
import { decodeLogs } from '../../../collector/src/decode/decode.ts';
import { SextantError } from '../../../collector/src/errors.ts';
import { attribute, bytes, field, fixed64, message, text, varint } from '../../support/protobuf.ts';
import { has_shared_data, readShared } from '../../support/shared-data.ts';

const trace_id = '5b8efff798038103d269b633813fc60c';
const span_id = 'eee19b7ec3c1b174';

function protobuf(...logs: Buffer[][]) {
  return decodeLogs(message(1, message(2, ...logs.map((fields) => message(2, ...fields)))), 'protobuf');
}

function json(...logRecords: unknown[]) {
  return decodeLogs(Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })), 'json');
}

describe('logs', () => {
  it('reads every field from protobuf', () => {
    const log = [
      fixed64(1, 1_544_712_660_300_000_001n),
      field(2, 0, varint(9)),
      text(3, 'INFO'),
      bytes(5, message(6, attribute(1, 'url', text(1, 'https://example.com')))),
      attribute(6, '__proto__', field(3, 0, varint(1))),
      bytes(9, Buffer.from(trace_id, 'hex')),
      bytes(10, Buffer.from(span_id, 'hex')),
      fixed64(11, 2n ** 64n - 1n),
      text(12, 'browser.page_view'),
    ];
    const resource = message(1, attribute(1, 'service.name', text(1, 'shop')));
    const scope = message(1, text(1, 'library'), text(2, '1.0'), attribute(3, 'a', text(1, 'b')));
    const body = message(1, message(2, text(3, 'https://schema'), message(2, ...log), scope), resource);
    expect(decodeLogs(body, 'protobuf')).toEqual({
      logs: [
        {
          time_ns: 1_544_712_660_300_000_001n,
          observed_time_ns: 2n ** 64n - 1n,
          severity_number: 9,
          severity_text: 'INFO',
          event_name: 'browser.page_view',
          body: new Map([['url', 'https://example.com']]),
          attributes: new Map([['__proto__', 1]]),
          trace_id,
          span_id,
          resource: { attributes: new Map([['service.name', 'shop']]) },
          scope: {
            name: 'library',
            version: '1.0',
            schema_url: 'https://schema',
            attributes: new Map([['a', 'b']]),
          },
        },
      ],
      rejections: [],
    });
  });

  it('reads every field from JSON', () => {
    const record = {
      timeUnixNano: '1544712660300000001',
      observedTimeUnixNano: '18446744073709551615',
      severityNumber: 9,
      severityText: 'INFO',
      eventName: 'browser.page_view',
      body: { kvlistValue: { values: [{ key: 'url', value: { stringValue: 'https://example.com' } }] } },
      attributes: [{ key: '__proto__', value: { intValue: '1' } }],
      traceId: trace_id.toUpperCase(),
      spanId: span_id,
      flags: 1,
      later: true,
    };
    expect(json(record).logs).toMatchObject([
      {
        time_ns: 1_544_712_660_300_000_001n,
        observed_time_ns: 2n ** 64n - 1n,
        severity_number: 9,
        severity_text: 'INFO',
        event_name: 'browser.page_view',
        body: new Map([['url', 'https://example.com']]),
        attributes: new Map([['__proto__', 1]]),
        trace_id,
        span_id,
      },
    ]);
  });

  it('belongs to no span where the ids are empty or zero', () => {
    const none = { trace_id: null, span_id: null };
    const zeros = [bytes(9, Buffer.alloc(16)), bytes(10, Buffer.alloc(8))];
    expect(protobuf([], zeros)).toMatchObject({ logs: [none, none], rejections: [] });
    expect(json({}, { traceId: '', spanId: '0000000000000000' })).toMatchObject({
      logs: [none, none],
      rejections: [],
    });
  });

  it('keeps a record whose ids are invalid, without them, and says so', () => {
    const from_protobuf = protobuf([bytes(9, Buffer.alloc(4, 1)), bytes(10, Buffer.from(span_id, 'hex'))]);
    const from_json = json({ traceId: 'W47/95gDgQPSabYzgT/GDA==', spanId: span_id });
    for (const found of [from_protobuf, from_json]) {
      expect(found.logs).toMatchObject([{ trace_id: null, span_id }]);
      expect(found.rejections).toEqual([
        {
          reason: 'invalid_trace_id',
          message: 'trace id of a log record must be 16 bytes and was left out',
          item_lost: false,
        },
      ]);
    }
  });

  it('keeps a record whose body is nested too deeply, without it, and says so', () => {
    let value = text(1, 'bottom');
    let any: unknown = { stringValue: 'bottom' };
    for (let level = 0; level < 33; level++) {
      value = message(5, bytes(1, value));
      any = { arrayValue: { values: [any] } };
    }
    for (const found of [
      protobuf([text(3, 'INFO'), bytes(5, value)]),
      json({ severityText: 'INFO', body: any }),
    ]) {
      expect(found.logs).toMatchObject([{ severity_text: 'INFO', body: null }]);
      expect(found.rejections).toMatchObject([{ reason: 'attribute_too_deep', item_lost: false }]);
    }
  });

  it.each([
    ['a severity by name', { severityNumber: 'SEVERITY_NUMBER_INFO' }],
    ['a severity beyond 32 bits', { severityNumber: 2 ** 31 }],
    ['a body that is no value', { body: 'text' }],
    ['a time with a fraction', { timeUnixNano: 1.5 }],
  ])('reports undecodable: %s', (_name, record) => {
    expect(() => json(record)).toThrow(SextantError);
    expect(() => json(record)).toThrow(/not valid OTLP/);
  });

  it.skipIf(!has_shared_data)('reads the examples of the specification', () => {
    const read = (name: string) =>
      decodeLogs(Buffer.from(readShared(`spans-otlp-examples/opentelemetry-proto-${name}.json.gz`)), 'json');
    expect(read('logs').logs).toMatchObject([
      { body: 'Example log record', severity_number: 10, trace_id, span_id, scope: { name: 'my.library' } },
    ]);
    expect(read('events').logs).toMatchObject([{ event_name: 'browser.page_view', trace_id: null }]);
    const body = read('events').logs[0]?.body;
    expect(body instanceof Map && body.get('type')).toBe(0);
  });
});
