import { isRecord } from '../../normalise/json.ts';
import { readId } from '../ids.ts';
import { keyValues, type OtlpSpan, type ReplaySpan } from '../otlp.ts';
import { integerToNanoseconds } from '../times.ts';
import { demand, readEach, type SpanFormat } from './format.ts';
import { eventsOf, kindOf, linksOf, recordOf, spansOf, statusOf, textOf } from './sdk-fields.ts';

/** Traces as any-agent saves them: `{spans}` with ids as integers of up to 128 bits and times in nanoseconds. */
export const integer_ids: SpanFormat = {
  name: 'any-agent trace',
  matches: (document) => {
    const spans = spansOf(document);
    return spans.length > 0 && spans.every(isIntegerSpan);
  },
  read: (document) => readEach(spansOf(document), readSpan),
};

function isIntegerSpan(span: Record<string, unknown>): boolean {
  const context = span['context'];
  return isRecord(context) && integerToNanoseconds(context['trace_id']) !== null;
}

function readSpan(item: Record<string, unknown>): ReplaySpan {
  const context = recordOf(item['context']);
  const parent = readId(recordOf(item['parent'])['span_id'], 16);
  const span: OtlpSpan = {
    traceId: demand(readId(context['trace_id'], 32), 'trace id'),
    spanId: demand(readId(context['span_id'], 16), 'span id'),
    ...(parent !== null && { parentSpanId: parent }),
    name: textOf(item['name']),
    kind: kindOf(item['kind']),
    startTimeUnixNano: String(demand(integerToNanoseconds(item['start_time']), 'start time')),
    endTimeUnixNano: String(demand(integerToNanoseconds(item['end_time']), 'end time')),
    attributes: keyValues(recordOf(item['attributes'])),
    events: eventsOf(item['events'], integerToNanoseconds),
    links: linksOf(item['links']),
    status: statusOf(item['status']),
  };
  const resource = recordOf(recordOf(item['resource'])['attributes']);
  const scope = recordOf(item['scope']);
  return { span, resource, scope: { name: textOf(scope['name']), version: textOf(scope['version']) } };
}
