import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

const trace_id = '0af7651916cd43dd8448eb211c80319c';

/** A parent and a child with one of everything, as the OpenTelemetry SDK hands them to its exporters. */
export function sampleSpans(): ReadableSpan[] {
  return [
    span('parent', 'b7ad6b7169203331', undefined),
    span('child', '00f067aa0ba902b7', 'b7ad6b7169203331'),
  ];
}

function span(name: string, span_id: string, parent: string | undefined): ReadableSpan {
  const context = (id: string) => ({ traceId: trace_id, spanId: id, traceFlags: 1 });
  return {
    name,
    kind: SpanKind.CLIENT,
    spanContext: () => context(span_id),
    ...(parent === undefined ? {} : { parentSpanContext: context(parent) }),
    startTime: [1_700_000_000, 123_456_789],
    endTime: [1_700_000_001, 0],
    duration: [0, 876_543_211],
    status: { code: SpanStatusCode.ERROR, message: 'it failed' },
    attributes: { text: 'grüße 🚢', whole: 42, fraction: 0.25, flag: true, list: ['a', 'b'] },
    events: [
      {
        name: 'exception',
        time: [1_700_000_000, 200_000_000],
        attributes: { 'exception.type': 'TypeError' },
      },
    ],
    links: [{ context: context('b7ad6b7169203332'), attributes: { why: 'retry' } }],
    ended: true,
    resource: resourceFromAttributes({ 'service.name': 'checkout' }),
    instrumentationScope: { name: 'sample', version: '1.2.3' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
