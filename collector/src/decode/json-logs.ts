import { optionalId } from './ids.ts';
import { decodeJsonAttributes, decodeJsonValue } from './json-attributes.ts';
import { walkJson } from './json-envelope.ts';
import { enumOf, idOf, type JsonObject, objectOf, textOf, uint64Of } from './json-fields.ts';
import { JsonItems } from './json-items.ts';
import { longFields } from './json-text.ts';
import { too_deep, tooDeep } from './limits.ts';
import type { AttributeValue, DecodedLog, DecodedLogs, Rejection, Surroundings } from './records.ts';

const envelope = {
  resources: 'resourceLogs',
  scopes: 'scopeLogs',
  items: 'logRecords',
  longs: longFields(['timeUnixNano', 'observedTimeUnixNano', 'intValue']),
} as const;

/**
 * Decodes an ExportLogsServiceRequest in the JSON encoding of OTLP.
 * @throws SextantError undecodable, too_large
 */
export function decodeJsonLogs(body: Buffer): DecodedLogs {
  const logs: DecodedLog[] = [];
  const items = new JsonItems();
  const { rejections } = items;
  walkJson(body, envelope, items, (item, around) =>
    items.read(() => void logs.push(decodeLog(objectOf(item, 'logRecords'), around, rejections))),
  );
  return { logs, rejections };
}

function decodeLog(item: JsonObject, around: Surroundings, rejections: Rejection[]): DecodedLog {
  return {
    time_ns: uint64Of(item['timeUnixNano'], 'timeUnixNano'),
    observed_time_ns: uint64Of(item['observedTimeUnixNano'], 'observedTimeUnixNano'),
    severity_number: enumOf(item['severityNumber'], 'severityNumber'),
    severity_text: textOf(item['severityText'], 'severityText'),
    event_name: textOf(item['eventName'], 'eventName'),
    attributes: decodeJsonAttributes(item['attributes'], rejections),
    body: decodeBody(item['body'], rejections),
    trace_id: optionalId(idOf(item['traceId'], 'traceId'), 'log_trace_id', rejections),
    span_id: optionalId(idOf(item['spanId'], 'spanId'), 'log_span_id', rejections),
    resource: around.resource,
    scope: around.scope,
  };
}

function decodeBody(json: unknown, rejections: Rejection[]): AttributeValue {
  const body = decodeJsonValue(json, 0);
  if (body !== too_deep) return body;
  rejections.push(tooDeep('log body'));
  return null;
}
