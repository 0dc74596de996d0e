import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  inspectRequest,
} from '../../../collector/src/decode/decode.ts';
import { items_max, parts_max } from '../../../collector/src/decode/limits.ts';
import { attribute, bytes, field, message, text, traceRequest } from '../../support/protobuf.ts';
import { sampleSpans } from '../../support/sample-spans.ts';

type Signal = 'traces' | 'logs' | 'metrics';

function decoded(signal: Signal, body: Buffer) {
  const { rejections, ...records } = decoders[signal](body, 'protobuf');
  return { items: Object.values(records).flat().length, rejections };
}

const decoders = { traces: decodeTraces, logs: decodeLogs, metrics: decodeMetrics };
const inspect = (signal: Signal, body: Buffer) => inspectRequest({ signal, body, content_type: 'protobuf' });
const request = (...items: Buffer[]) => message(1, message(2, ...items));

/** An AnyValue in so many lists. */
function nested(levels: number): Buffer {
  let value = text(1, 'bottom');
  for (let level = 0; level < levels; level++) value = message(5, bytes(1, value));
  return value;
}

// That it agrees with the decoders on anything is held in test/fuzz; here is what chance seldom makes.
describe('inspecting a request', () => {
  it.each<[string, Signal, Buffer, number]>([
    ['nothing', 'traces', Buffer.alloc(0), 0],
    [
      'what the official serializer writes',
      'traces',
      Buffer.from(ProtobufTraceSerializer.serializeRequest(sampleSpans()) as Uint8Array),
      sampleSpans().length,
    ],
    [
      'spans without ids',
      'traces',
      traceRequest({}, { span_id: '' }, { trace_id: '00'.repeat(16) }, { trace_id: 'ab', span_id: 'ab' }),
      1,
    ],
    ['an invalid parent', 'traces', traceRequest({ extra: [bytes(4, Buffer.from('root'))] }), 1],
    [
      'a resource behind its spans, both with rejections',
      'traces',
      message(
        1,
        message(
          2,
          message(2, attribute(9, 'span', nested(33))),
          message(1, attribute(3, 'scope', nested(33))),
        ),
        message(1, attribute(1, 'resource', nested(33))),
      ),
      0,
    ],
    [
      'attributes at the limit of depth',
      'traces',
      traceRequest({ extra: [attribute(9, 'deep', nested(32))] }),
      1,
    ],
    ['an empty part behind a deep one', 'logs', request(message(2, bytes(5, nested(33)), message(5))), 1],
    [
      'a text behind a deep body',
      'logs',
      request(message(2, bytes(5, nested(33)), bytes(5, text(1, 'x')))),
      1,
    ],
    [
      'a shallow list behind a deep one',
      'logs',
      request(message(2, bytes(5, nested(33)), bytes(5, nested(1)))),
      1,
    ],
    [
      'ids of another length in logs',
      'logs',
      request(message(2, bytes(9, Buffer.alloc(8, 1)), bytes(10, Buffer.alloc(9)))),
      1,
    ],
    [
      'several kinds of data, the last of which counts',
      'metrics',
      request(
        message(
          2,
          message(5, message(1, attribute(7, 'gauge', nested(33))), message(1)),
          message(7, message(1, attribute(7, 'sum', nested(33)))),
        ),
        message(2, message(11, message(1), message(1))),
      ),
      3,
    ],
    [
      'exemplars with invalid ids',
      'metrics',
      request(message(2, message(5, message(1, message(5, bytes(4, Buffer.alloc(1, 1))))))),
      1,
    ],
  ])('finds what the decoder will make of %s', (_name, signal, body, items) => {
    const found = inspect(signal, body);
    expect(found.items).toBe(items);
    expect(found).toEqual(decoded(signal, body));
  });

  it.each<[string, Signal, Buffer]>([
    [
      'a broken packed list',
      'metrics',
      request(message(2, message(9, message(1, bytes(6, Buffer.alloc(12)))))),
    ],
    ['an endless varint', 'traces', request(message(2, field(6, 0, Buffer.alloc(11, 0xff))))],
    [
      'an endless varint in a list',
      'metrics',
      request(message(2, message(10, message(1, message(8, bytes(2, Buffer.alloc(11, 0xff))))))),
    ],
    ['another wire type', 'logs', request(message(2, text(1, 'no time')))],
    ['a group', 'logs', request(message(2, field(50, 3, Buffer.alloc(0))))],
    ['field 0', 'logs', Buffer.from([0, 0])],
    ['a length beyond the message', 'traces', message(1, Buffer.from([0x12, 5, 0]))],
    [
      'data that a later kind replaces',
      'metrics',
      request(message(2, message(5, message(1, text(4, 'x'))), message(7))),
    ],
  ])('throws where the decoder throws: %s', (_name, signal, body) => {
    expect(() => decoded(signal, body)).toThrow(/not valid OTLP/);
    expect(() => inspect(signal, body)).toThrow(/not valid OTLP/);
  });

  it('refuses more items than memory has room for, however short they are', () => {
    const most = request(Buffer.alloc(items_max * 2, Buffer.from([0x12, 0])));
    expect(inspect('logs', most).items).toBe(items_max);
    const more = request(Buffer.alloc((items_max + 1) * 2, Buffer.from([0x12, 0])));
    expect(() => inspect('logs', more)).toThrow(/larger than the limit.*500000 spans, log records/);
    expect(() => inspect('traces', more)).toThrow(/larger than the limit/);
    const points = request(message(2, message(5, Buffer.alloc((items_max + 1) * 2, Buffer.from([0x0a, 0])))));
    expect(() => inspect('metrics', points)).toThrow(/larger than the limit/);
  });

  it('refuses more parts than memory has room for', () => {
    const elements = bytes(5, message(5, Buffer.alloc(parts_max * 2, Buffer.from([0x0a, 0]))));
    expect(() => inspect('logs', request(message(2, elements)))).toThrow(
      /larger than the limit.*2000000 values/,
    );
    const counts = message(8, bytes(2, Buffer.alloc(parts_max, 1)));
    expect(() => inspect('metrics', request(message(2, message(10, message(1, counts)))))).toThrow(
      /larger than/,
    );
  });

  it('refuses as much in JSON', () => {
    const logs = (records: string) =>
      inspectRequest({
        signal: 'logs',
        body: Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`),
        content_type: 'json',
      });
    expect(() => logs(`{}${',{}'.repeat(items_max)}`)).toThrow(/larger than the limit.*500000 spans/);
    expect(() => logs(`${'[],'.repeat(parts_max)}[]`)).toThrow(/larger than the limit.*2000000 values/);
    const text = JSON.stringify('\\",{['.repeat(parts_max));
    expect(logs(`{"body":{"stringValue":${text}}}`).items).toBe(1);
  });
});
