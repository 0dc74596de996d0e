import { optionalId } from './ids.ts';
import { too_deep, tooDeep } from './limits.ts';
import { decodeAttribute, decodeValue } from './protobuf-attributes.ts';
import { protobufItems } from './protobuf-envelope.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type {
  AttributeValue,
  DecodedLog,
  DecodedLogs,
  Rejection,
  Surroundings,
  Unfinished,
} from './records.ts';

/**
 * Decodes an ExportLogsServiceRequest. Unknown fields are skipped; field numbers are those of
 * opentelemetry/proto/logs/v1/logs.proto.
 * @throws SextantError undecodable
 */
export function decodeProtobufLogs(body: Buffer): DecodedLogs {
  const logs: DecodedLog[] = [];
  const rejections: Rejection[] = [];
  for (const { reader, around } of protobufItems(body, rejections))
    logs.push(decodeLog(reader, around, rejections));
  return { logs, rejections };
}

function decodeLog(reader: ProtobufReader, around: Surroundings, rejections: Rejection[]): DecodedLog {
  const attributes = new Map<string, AttributeValue>();
  let trace_id = '';
  let span_id = '';
  let body: AttributeValue | typeof too_deep = null;
  const log: Unfinished<DecodedLog> = {
    time_ns: 0n,
    observed_time_ns: 0n,
    severity_number: 0,
    severity_text: '',
    event_name: '',
    body: null,
    attributes,
    trace_id: null,
    span_id: null,
    ...around,
  };
  while (reader.next()) {
    if (reader.field === 1) log.time_ns = reader.fixed64();
    else if (reader.field === 2) log.severity_number = reader.int32();
    else if (reader.field === 3) log.severity_text = reader.string();
    else if (reader.field === 5) body = decodeValue(reader, 0, body);
    else if (reader.field === 6) decodeAttribute(reader, attributes, rejections);
    else if (reader.field === 9) trace_id = reader.hex();
    else if (reader.field === 10) span_id = reader.hex();
    else if (reader.field === 11) log.observed_time_ns = reader.fixed64();
    else if (reader.field === 12) log.event_name = reader.string();
    else reader.skip();
  }
  if (body === too_deep) rejections.push(tooDeep('log body'));
  else log.body = body;
  log.trace_id = optionalId(trace_id, 'log_trace_id', rejections);
  log.span_id = optionalId(span_id, 'log_span_id', rejections);
  return log;
}
