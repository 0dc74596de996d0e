import { isRecord } from '../../normalise/json.ts';
import { readId } from '../ids.ts';
import { keyValues, type OtlpSpan, type ReplaySpan } from '../otlp.ts';
import { pairToNanoseconds } from '../times.ts';
import { demand, readEach, type SpanFormat } from './format.ts';
import { eventsOf, linksOf, recordOf, spansOf, statusOf, textOf } from './sdk-fields.ts';

/** Finished spans of the OpenTelemetry JavaScript SDK written as JSON: times are `[seconds, nanoseconds]`. */
export const sdk_javascript: SpanFormat = {
  name: 'OpenTelemetry JavaScript SDK spans',
  matches: (document) => {
    const spans = spansOf(document);
    return spans.length > 0 && spans.every(isJavaScriptSpan);
  },
  read: (document) => readEach(spansOf(document), readSpan),
};

function isJavaScriptSpan(span: Record<string, unknown>): boolean {
  return isRecord(span['spanContext']) && pairToNanoseconds(span['startTime']) !== null;
}

function readSpan(item: Record<string, unknown>): ReplaySpan {
  const context = recordOf(item['spanContext']);
  const parent = readId(recordOf(item['parentSpanContext'])['spanId'] ?? item['parentSpanId'], 16);
  const kind = item['kind'];
  const scope = recordOf(item['instrumentationScope'] ?? item['instrumentationLibrary']);
  const span: OtlpSpan = {
    traceId: demand(readId(context['traceId'], 32), 'trace id'),
    spanId: demand(readId(context['spanId'], 16), 'span id'),
    ...(parent !== null && { parentSpanId: parent }),
    name: textOf(item['name']),
    // The SDK counts kinds from 0, OTLP from 1.
    kind: typeof kind === 'number' ? kind + 1 : 0,
    startTimeUnixNano: String(demand(pairToNanoseconds(item['startTime']), 'start time')),
    endTimeUnixNano: String(demand(pairToNanoseconds(item['endTime']), 'end time')),
    attributes: keyValues(recordOf(item['attributes'])),
    events: eventsOf(item['events'], pairToNanoseconds),
    links: linksOf(item['links']),
    status: statusOf(item['status']),
  };
  const resource = recordOf(recordOf(item['resource'])['attributes']);
  return { span, resource, scope: { name: textOf(scope['name']), version: textOf(scope['version']) } };
}
