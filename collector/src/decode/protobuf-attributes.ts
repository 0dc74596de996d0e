import { too_deep, tooDeep, value_depth_max } from './limits.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type { AttributeValue, Rejection } from './records.ts';

/**
 * Reads the KeyValue at this place into the map; the last of equal keys wins. A value nested too deeply is left
 * out and reported. Field numbers are those of opentelemetry/proto/common/v1/common.proto.
 */
export function decodeAttribute(
  reader: ProtobufReader,
  attributes: Map<string, AttributeValue>,
  rejections: Rejection[],
): void {
  const left_out = decodeEntry(reader, attributes, 0);
  if (left_out !== null) rejections.push(tooDeep(`attribute "${left_out.slice(0, 100)}"`));
}

/** As `decodeAttribute`, for what often has no attributes: the map is made with the first of them. */
export function addAttribute(
  reader: ProtobufReader,
  attributes: Map<string, AttributeValue> | null,
  rejections: Rejection[],
): Map<string, AttributeValue> {
  const into = attributes ?? new Map<string, AttributeValue>();
  decodeAttribute(reader, into, rejections);
  return into;
}

/**
 * Reads the AnyValue at this place. What lies deeper than the limit is not looked into. As protobuf asks, a list or
 * map that is given in parts, the part before being `value`, is put together, and else the last value counts.
 */
export function decodeValue(reader: ProtobufReader, depth: number, value: Value): Value {
  if (depth > value_depth_max) {
    reader.lengthDelimited();
    return too_deep;
  }
  const outer_end = reader.enter();
  let last = value;
  while (reader.next()) {
    if (reader.field === 1) last = reader.string();
    else if (reader.field === 2) last = reader.boolean();
    else if (reader.field === 3) last = reader.integer();
    else if (reader.field === 4) last = reader.double();
    else if (reader.field === 5) last = decodeArray(reader, depth + 1, last);
    else if (reader.field === 6) last = decodeMap(reader, depth + 1, last);
    else if (reader.field === 7) last = reader.bytes();
    else reader.skip();
  }
  reader.leave(outer_end);
  return last;
}

type Value = AttributeValue | typeof too_deep;

/** Reads the KeyValue at this place into the map; gives its key if its value is nested too deeply. */
function decodeEntry(
  reader: ProtobufReader,
  into: Map<string, AttributeValue>,
  depth: number,
): string | null {
  const outer_end = reader.enter();
  let key = '';
  let value: Value = null;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = decodeValue(reader, depth, value);
    else reader.skip();
  }
  reader.leave(outer_end);
  if (value === too_deep) return key;
  into.set(key, value);
  return null;
}

function decodeArray(reader: ProtobufReader, depth: number, before: Value): Value {
  const outer_end = reader.enter();
  const values: AttributeValue[] = Array.isArray(before) ? before : [];
  let whole = true;
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else {
      const value = decodeValue(reader, depth, null);
      if (value === too_deep) whole = false;
      else values.push(value);
    }
  }
  reader.leave(outer_end);
  return whole ? values : too_deep;
}

function decodeMap(reader: ProtobufReader, depth: number, before: Value): Value {
  const outer_end = reader.enter();
  const entries: Map<string, AttributeValue> =
    before instanceof Map ? before : new Map<string, AttributeValue>();
  let whole = true;
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else if (decodeEntry(reader, entries, depth) !== null) whole = false;
  }
  reader.leave(outer_end);
  return whole ? entries : too_deep;
}
