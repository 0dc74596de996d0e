import { SextantError } from '../errors.ts';
import { rejectIds } from './ids.ts';
import { decodeJsonAttributes } from './json-attributes.ts';
import { arrayOf, integerOf, objectOf, textOf, timeOf } from './json-fields.ts';
import type {
  DecodedSpan,
  DecodedTraces,
  Rejection,
  Resource,
  Scope,
  SpanEvent,
  SpanLink,
} from './records.ts';

type JsonObject = Record<string, unknown>;

/**
 * Decodes an ExportTraceServiceRequest in the JSON encoding of OTLP: ids are hexadecimal in either case,
 * 64-bit integers are decimal strings or numbers, null means absent, unknown fields are ignored.
 * @throws SextantError undecodable
 */
export function decodeJsonTraces(body: Buffer): DecodedTraces {
  const spans: DecodedSpan[] = [];
  const rejections: Rejection[] = [];
  const request = objectOf(parse(body), 'request');
  for (const item of arrayOf(request['resourceSpans'], 'resourceSpans')) {
    decodeResourceSpans(objectOf(item, 'resourceSpans'), spans, rejections);
  }
  return { spans, rejections };
}

// A 64-bit integer written as a JSON number would lose digits in JSON.parse, so it is put in quotes first.
// Inside a JSON string the quote that closes the name would carry a backslash, so texts are never changed.
const long_integer =
  /"(startTimeUnixNano|endTimeUnixNano|timeUnixNano|intValue)"\s*:\s*(-?\d{16,20})(?=\s*[,}])/g;

function parse(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text.replace(long_integer, '"$1":"$2"'));
  } catch (error) {
    throw new SextantError('undecodable', 'Malformed JSON.', { cause: error });
  }
}

function decodeResourceSpans(item: JsonObject, spans: DecodedSpan[], rejections: Rejection[]): void {
  const resource: Resource = {
    attributes: decodeJsonAttributes(objectOf(item['resource'], 'resource')['attributes'], rejections),
  };
  for (const scope_item of arrayOf(item['scopeSpans'], 'scopeSpans')) {
    const scope_spans = objectOf(scope_item, 'scopeSpans');
    const scope = decodeScope(scope_spans, rejections);
    for (const span_item of arrayOf(scope_spans['spans'], 'spans')) {
      const span = decodeSpan(objectOf(span_item, 'spans'), { resource, scope }, rejections);
      const rejection = rejectIds(span.trace_id, span.span_id);
      if (rejection) rejections.push(rejection);
      else spans.push(span);
    }
  }
}

function decodeScope(scope_spans: JsonObject, rejections: Rejection[]): Scope {
  const scope = objectOf(scope_spans['scope'], 'scope');
  return {
    name: textOf(scope['name'], 'scope.name'),
    version: textOf(scope['version'], 'scope.version'),
    schema_url: textOf(scope_spans['schemaUrl'], 'schemaUrl'),
    attributes: decodeJsonAttributes(scope['attributes'], rejections),
  };
}

interface Surroundings {
  readonly resource: Resource;
  readonly scope: Scope;
}

function decodeSpan(item: JsonObject, around: Surroundings, rejections: Rejection[]): DecodedSpan {
  const parent = textOf(item['parentSpanId'], 'parentSpanId').toLowerCase();
  const status = objectOf(item['status'], 'status');
  return {
    trace_id: textOf(item['traceId'], 'traceId').toLowerCase(),
    span_id: textOf(item['spanId'], 'spanId').toLowerCase(),
    parent_span_id: parent === '' || parent === '0000000000000000' ? null : parent,
    trace_state: textOf(item['traceState'], 'traceState'),
    name: textOf(item['name'], 'name'),
    kind: integerOf(item['kind'], 'kind'),
    start_time_ns: timeOf(item['startTimeUnixNano'], 'startTimeUnixNano'),
    end_time_ns: timeOf(item['endTimeUnixNano'], 'endTimeUnixNano'),
    status_code: integerOf(status['code'], 'status.code'),
    status_message: textOf(status['message'], 'status.message'),
    attributes: decodeJsonAttributes(item['attributes'], rejections),
    events: arrayOf(item['events'], 'events').map((event) =>
      decodeEvent(objectOf(event, 'events'), rejections),
    ),
    links: arrayOf(item['links'], 'links').map((link) => decodeLink(objectOf(link, 'links'), rejections)),
    resource: around.resource,
    scope: around.scope,
  };
}

function decodeEvent(event: JsonObject, rejections: Rejection[]): SpanEvent {
  return {
    name: textOf(event['name'], 'event.name'),
    time_ns: timeOf(event['timeUnixNano'], 'event.timeUnixNano'),
    attributes: decodeJsonAttributes(event['attributes'], rejections),
  };
}

function decodeLink(link: JsonObject, rejections: Rejection[]): SpanLink {
  return {
    trace_id: textOf(link['traceId'], 'link.traceId').toLowerCase(),
    span_id: textOf(link['spanId'], 'link.spanId').toLowerCase(),
    trace_state: textOf(link['traceState'], 'link.traceState'),
    attributes: decodeJsonAttributes(link['attributes'], rejections),
  };
}
