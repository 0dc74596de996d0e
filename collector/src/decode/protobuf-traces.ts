import { optionalId, rejectIds } from './ids.ts';
import { addAttribute, decodeAttribute } from './protobuf-attributes.ts';
import { protobufItems } from './protobuf-envelope.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import {
  type AttributeValue,
  type DecodedSpan,
  type DecodedTraces,
  no_attributes,
  type Rejection,
  type SpanEvent,
  type SpanLink,
  type Surroundings,
  type Unfinished,
} from './records.ts';

/**
 * Decodes an ExportTraceServiceRequest. Unknown fields are skipped; field numbers are those of
 * opentelemetry/proto/trace/v1/trace.proto.
 * @throws SextantError undecodable
 */
export function decodeProtobufTraces(body: Buffer): DecodedTraces {
  const rejections: Rejection[] = [];
  return { spans: [...protobufSpans(body, rejections)], rejections };
}

/**
 * The spans of an ExportTraceServiceRequest, each decoded when it is asked for. What is wrong is added to the
 * rejections.
 * @throws SextantError undecodable
 */
export function* protobufSpans(body: Buffer, rejections: Rejection[]): Generator<DecodedSpan> {
  for (const { reader, around } of protobufItems(body, rejections)) {
    const span = decodeSpan(reader, around, rejections);
    const rejection = rejectIds(span.trace_id, span.span_id);
    if (rejection) rejections.push(rejection);
    else yield span;
  }
}

function decodeSpan(reader: ProtobufReader, around: Surroundings, rejections: Rejection[]): DecodedSpan {
  const attributes = new Map<string, AttributeValue>();
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  let parent_span_id = '';
  const span: Unfinished<DecodedSpan> = {
    trace_id: '',
    span_id: '',
    parent_span_id: null,
    trace_state: '',
    name: '',
    kind: 0,
    start_time_ns: 0n,
    end_time_ns: 0n,
    status_code: 0,
    status_message: '',
    attributes,
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
        parent_span_id = reader.hex();
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.int32();
        break;
      case 7:
        span.start_time_ns = reader.fixed64();
        break;
      case 8:
        span.end_time_ns = reader.fixed64();
        break;
      case 9:
        decodeAttribute(reader, attributes, rejections);
        break;
      case 11:
        events.push(decodeEvent(reader, rejections));
        break;
      case 13:
        links.push(decodeLink(reader, rejections));
        break;
      case 15:
        decodeStatus(reader, span);
        break;
      default:
        reader.skip();
    }
  }
  span.parent_span_id = optionalId(parent_span_id, 'parent_span_id', rejections);
  return span;
}

function decodeEvent(reader: ProtobufReader, rejections: Rejection[]): SpanEvent {
  const outer_end = reader.enter();
  let attributes: Map<string, AttributeValue> | null = null;
  let name = '';
  let time_ns = 0n;
  while (reader.next()) {
    if (reader.field === 1) time_ns = reader.fixed64();
    else if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) attributes = addAttribute(reader, attributes, rejections);
    else reader.skip();
  }
  reader.leave(outer_end);
  return { name, time_ns, attributes: attributes ?? no_attributes };
}

function decodeLink(reader: ProtobufReader, rejections: Rejection[]): SpanLink {
  const outer_end = reader.enter();
  let attributes: Map<string, AttributeValue> | null = null;
  let trace_id = '';
  let span_id = '';
  let trace_state = '';
  while (reader.next()) {
    if (reader.field === 1) trace_id = reader.hex();
    else if (reader.field === 2) span_id = reader.hex();
    else if (reader.field === 3) trace_state = reader.string();
    else if (reader.field === 4) attributes = addAttribute(reader, attributes, rejections);
    else reader.skip();
  }
  reader.leave(outer_end);
  return { trace_id, span_id, trace_state, attributes: attributes ?? no_attributes };
}

function decodeStatus(reader: ProtobufReader, span: Unfinished<DecodedSpan>): void {
  const outer_end = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) span.status_message = reader.string();
    else if (reader.field === 3) span.status_code = reader.int32();
    else reader.skip();
  }
  reader.leave(outer_end);
}
