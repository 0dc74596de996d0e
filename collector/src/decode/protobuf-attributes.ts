import { too_deep, value_depth_max } from './limits.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type { AttributeValue, Rejection } from './records.ts';

/**
 * Reads a KeyValue into the map; the last of equal keys wins. A value nested too deeply is left out and
 * reported. Field numbers are those of opentelemetry/proto/common/v1/common.proto.
 */
export function decodeAttribute(
  reader: ProtobufReader,
  attributes: Map<string, AttributeValue>,
  rejections: Rejection[],
): void {
  const entry = decodeKeyValue(reader, 0);
  if (entry.value !== too_deep) attributes.set(entry.key, entry.value);
  else {
    const message = `attribute "${entry.key.slice(0, 100)}" is nested deeper than ${value_depth_max} levels and was left out`;
    rejections.push({ reason: 'attribute_too_deep', message, span_lost: false });
  }
}

function decodeKeyValue(
  reader: ProtobufReader,
  depth: number,
): { key: string; value: AttributeValue | typeof too_deep } {
  let key = '';
  let value: AttributeValue | typeof too_deep = null;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = decodeValue(reader.message(), depth);
    else reader.skip();
  }
  return { key, value };
}

function decodeValue(reader: ProtobufReader, depth: number): AttributeValue | typeof too_deep {
  if (depth > value_depth_max) return too_deep;
  let value: AttributeValue | typeof too_deep = null;
  while (reader.next()) {
    if (reader.field === 1) value = reader.string();
    else if (reader.field === 2) value = reader.boolean();
    else if (reader.field === 3) value = reader.integer();
    else if (reader.field === 4) value = reader.double();
    else if (reader.field === 5) value = decodeArray(reader.message(), depth + 1);
    else if (reader.field === 6) value = decodeMap(reader.message(), depth + 1);
    else if (reader.field === 7) value = reader.bytes();
    else reader.skip();
  }
  return value;
}

function decodeArray(reader: ProtobufReader, depth: number): AttributeValue | typeof too_deep {
  const values: AttributeValue[] = [];
  while (reader.next()) {
    if (reader.field === 1) {
      const value = decodeValue(reader.message(), depth);
      if (value === too_deep) return too_deep;
      values.push(value);
    } else reader.skip();
  }
  return values;
}

function decodeMap(reader: ProtobufReader, depth: number): AttributeValue | typeof too_deep {
  const entries = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field === 1) {
      const { key, value } = decodeKeyValue(reader.message(), depth);
      if (value === too_deep) return too_deep;
      entries.set(key, value);
    } else reader.skip();
  }
  return entries;
}
