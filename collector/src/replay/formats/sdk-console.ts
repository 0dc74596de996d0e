import { isRecord } from '../../normalise/json.ts';
import { readId } from '../ids.ts';
import { keyValues, type OtlpSpan, type ReplaySpan } from '../otlp.ts';
import { isoToNanoseconds } from '../times.ts';
import { demand, readEach, type SpanFormat } from './format.ts';
import { eventsOf, kindOf, linksOf, recordOf, spansOf, statusOf, textOf } from './sdk-fields.ts';

/**
 * What the console exporter of the OpenTelemetry Python SDK writes: an array of spans, one span, or an object with
 * `spans`, with hexadecimal ids and ISO times. Some tools write the ids beside the name instead of in `context`.
 */
export const sdk_console: SpanFormat = {
  name: 'OpenTelemetry SDK console JSON',
  matches: (document) => {
    const spans = spansOf(document);
    return spans.length > 0 && spans.every(isConsoleSpan);
  },
  read: (document) => readEach(spansOf(document), readSpan),
};

function isConsoleSpan(span: Record<string, unknown>): boolean {
  const ids = isRecord(span['context']) ? span['context'] : span;
  return typeof ids['trace_id'] === 'string' && isoToNanoseconds(span['start_time']) !== null;
}

function readSpan(item: Record<string, unknown>): ReplaySpan {
  const ids = isRecord(item['context']) ? item['context'] : item;
  const parent = readId(item['parent_id'], 16);
  const span: OtlpSpan = {
    traceId: demand(readId(ids['trace_id'], 32), 'trace id'),
    spanId: demand(readId(ids['span_id'], 16), 'span id'),
    ...(parent !== null && { parentSpanId: parent }),
    name: textOf(item['name'] ?? item['span_name']),
    kind: kindOf(item['kind']),
    startTimeUnixNano: String(demand(isoToNanoseconds(item['start_time']), 'start time')),
    endTimeUnixNano: String(demand(isoToNanoseconds(item['end_time']), 'end time')),
    attributes: keyValues(recordOf(item['attributes'])),
    events: eventsOf(item['events'], isoToNanoseconds),
    links: linksOf(item['links']),
    status: statusOf(item['status']),
  };
  const resource = recordOf(recordOf(item['resource'])['attributes']);
  return { span, resource, scope: { name: '', version: '' } };
}
