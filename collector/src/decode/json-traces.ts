import { optionalId, rejectIds } from './ids.ts';
import { decodeJsonAttributes } from './json-attributes.ts';
import { walkJson } from './json-envelope.ts';
import { enumOf, idOf, type JsonObject, objectOf, objectsOf, textOf, uint64Of } from './json-fields.ts';
import { JsonItems } from './json-items.ts';
import { longFields } from './json-text.ts';
import type { DecodedSpan, DecodedTraces, Rejection, SpanEvent, SpanLink, Surroundings } from './records.ts';

const envelope = {
  resources: 'resourceSpans',
  scopes: 'scopeSpans',
  items: 'spans',
  longs: longFields(['startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano', 'intValue']),
} as const;

/**
 * Decodes an ExportTraceServiceRequest in the JSON encoding of OTLP.
 * @throws SextantError undecodable, too_large
 */
export function decodeJsonTraces(body: Buffer): DecodedTraces {
  const spans: DecodedSpan[] = [];
  const items = new JsonItems();
  const { rejections } = items;
  walkJson(body, envelope, items, (item, around) =>
    items.read(() => {
      const span = decodeSpan(objectOf(item, 'spans'), around, rejections);
      const rejection = rejectIds(span.trace_id, span.span_id);
      if (rejection) rejections.push(rejection);
      else spans.push(span);
    }),
  );
  return { spans, rejections };
}

function decodeSpan(item: JsonObject, around: Surroundings, rejections: Rejection[]): DecodedSpan {
  const status = objectOf(item['status'], 'status');
  return {
    trace_id: idOf(item['traceId'], 'traceId'),
    span_id: idOf(item['spanId'], 'spanId'),
    trace_state: textOf(item['traceState'], 'traceState'),
    name: textOf(item['name'], 'name'),
    kind: enumOf(item['kind'], 'kind'),
    start_time_ns: uint64Of(item['startTimeUnixNano'], 'startTimeUnixNano'),
    end_time_ns: uint64Of(item['endTimeUnixNano'], 'endTimeUnixNano'),
    status_code: enumOf(status['code'], 'status.code'),
    status_message: textOf(status['message'], 'status.message'),
    attributes: decodeJsonAttributes(item['attributes'], rejections),
    events: objectsOf(item['events'], 'events').map((event) => decodeEvent(event, rejections)),
    links: objectsOf(item['links'], 'links').map((link) => decodeLink(link, rejections)),
    parent_span_id: optionalId(idOf(item['parentSpanId'], 'parentSpanId'), 'parent_span_id', rejections),
    resource: around.resource,
    scope: around.scope,
  };
}

function decodeEvent(event: JsonObject, rejections: Rejection[]): SpanEvent {
  return {
    name: textOf(event['name'], 'event.name'),
    time_ns: uint64Of(event['timeUnixNano'], 'event.timeUnixNano'),
    attributes: decodeJsonAttributes(event['attributes'], rejections),
  };
}

function decodeLink(link: JsonObject, rejections: Rejection[]): SpanLink {
  return {
    trace_id: idOf(link['traceId'], 'link.traceId'),
    span_id: idOf(link['spanId'], 'link.spanId'),
    trace_state: textOf(link['traceState'], 'link.traceState'),
    attributes: decodeJsonAttributes(link['attributes'], rejections),
  };
}
