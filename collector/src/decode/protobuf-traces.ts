import { rejectIds } from './ids.ts';
import { decodeAttribute } from './protobuf-attributes.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import type {
  AttributeMap,
  AttributeValue,
  DecodedSpan,
  DecodedTraces,
  Rejection,
  Resource,
  Scope,
  SpanEvent,
  SpanLink,
} from './records.ts';

/**
 * Decodes an ExportTraceServiceRequest. Unknown fields are skipped; field numbers are those of
 * opentelemetry/proto/trace/v1/trace.proto.
 * @throws SextantError undecodable
 */
export function decodeProtobufTraces(body: Buffer): DecodedTraces {
  const spans: DecodedSpan[] = [];
  const rejections: Rejection[] = [];
  const reader = new ProtobufReader(body);
  while (reader.next()) {
    if (reader.field === 1) decodeResourceSpans(reader.message(), spans, rejections);
    else reader.skip();
  }
  return { spans, rejections };
}

// Fields may come in any order, so the resource and the scope are read before the spans they belong to.
function decodeResourceSpans(reader: ProtobufReader, spans: DecodedSpan[], rejections: Rejection[]): void {
  let resource: Resource = { attributes: new Map() };
  const scope_spans: ProtobufReader[] = [];
  while (reader.next()) {
    if (reader.field === 1) resource = decodeResource(reader.message(), rejections);
    else if (reader.field === 2) scope_spans.push(reader.message());
    else reader.skip();
  }
  for (const scope_reader of scope_spans) decodeScopeSpans(scope_reader, resource, spans, rejections);
}

function decodeScopeSpans(
  reader: ProtobufReader,
  resource: Resource,
  spans: DecodedSpan[],
  rejections: Rejection[],
): void {
  let scope: Scope = { name: '', version: '', schema_url: '', attributes: new Map() };
  let schema_url = '';
  const span_readers: ProtobufReader[] = [];
  while (reader.next()) {
    if (reader.field === 1) scope = decodeScope(reader.message(), rejections);
    else if (reader.field === 2) span_readers.push(reader.message());
    else if (reader.field === 3) schema_url = reader.string();
    else reader.skip();
  }
  scope = { ...scope, schema_url };
  for (const span_reader of span_readers) {
    const span = decodeSpan(span_reader, { resource, scope }, rejections);
    const rejection = rejectIds(span.trace_id, span.span_id);
    if (rejection) rejections.push(rejection);
    else spans.push(span);
  }
}

function decodeResource(reader: ProtobufReader, rejections: Rejection[]): Resource {
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) decodeAttribute(reader.message(), attributes, rejections);
    else reader.skip();
  }
  return { attributes };
}

function decodeScope(reader: ProtobufReader, rejections: Rejection[]): Scope {
  const attributes = new Map<string, AttributeValue>();
  let name = '';
  let version = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) version = reader.string();
    else if (reader.field === 3) decodeAttribute(reader.message(), attributes, rejections);
    else reader.skip();
  }
  return { name, version, schema_url: '', attributes };
}

interface Surroundings {
  readonly resource: Resource;
  readonly scope: Scope;
}

function decodeSpan(reader: ProtobufReader, around: Surroundings, rejections: Rejection[]): DecodedSpan {
  const attributes = new Map<string, AttributeValue>();
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const span = {
    trace_id: '',
    span_id: '',
    parent_span_id: null as string | null,
    trace_state: '',
    name: '',
    kind: 0,
    start_time_ns: 0n,
    end_time_ns: 0n,
    status_code: 0,
    status_message: '',
    attributes: attributes as AttributeMap,
    events,
    links,
    resource: around.resource,
    scope: around.scope,
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.trace_id = reader.hex();
        break;
      case 2:
        span.span_id = reader.hex();
        break;
      case 3:
        span.trace_state = reader.string();
        break;
      case 4:
        span.parent_span_id = parentId(reader.hex());
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.uint32();
        break;
      case 7:
        span.start_time_ns = reader.fixed64();
        break;
      case 8:
        span.end_time_ns = reader.fixed64();
        break;
      case 9:
        decodeAttribute(reader.message(), attributes, rejections);
        break;
      case 11:
        events.push(decodeEvent(reader.message(), rejections));
        break;
      case 13:
        links.push(decodeLink(reader.message(), rejections));
        break;
      case 15:
        Object.assign(span, decodeStatus(reader.message()));
        break;
      default:
        reader.skip();
    }
  }
  return span;
}

function decodeEvent(reader: ProtobufReader, rejections: Rejection[]): SpanEvent {
  const attributes = new Map<string, AttributeValue>();
  let name = '';
  let time_ns = 0n;
  while (reader.next()) {
    if (reader.field === 1) time_ns = reader.fixed64();
    else if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) decodeAttribute(reader.message(), attributes, rejections);
    else reader.skip();
  }
  return { name, time_ns, attributes };
}

function decodeLink(reader: ProtobufReader, rejections: Rejection[]): SpanLink {
  const attributes = new Map<string, AttributeValue>();
  let trace_id = '';
  let span_id = '';
  let trace_state = '';
  while (reader.next()) {
    if (reader.field === 1) trace_id = reader.hex();
    else if (reader.field === 2) span_id = reader.hex();
    else if (reader.field === 3) trace_state = reader.string();
    else if (reader.field === 4) decodeAttribute(reader.message(), attributes, rejections);
    else reader.skip();
  }
  return { trace_id, span_id, trace_state, attributes };
}

function decodeStatus(reader: ProtobufReader): { status_code: number; status_message: string } {
  let status_code = 0;
  let status_message = '';
  while (reader.next()) {
    if (reader.field === 2) status_message = reader.string();
    else if (reader.field === 3) status_code = reader.uint32();
    else reader.skip();
  }
  return { status_code, status_message };
}

// Some senders write eight zero bytes for "no parent".
function parentId(id: string): string | null {
  return id === '' || id === '0000000000000000' ? null : id;
}
