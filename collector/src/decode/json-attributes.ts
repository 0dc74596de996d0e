import {
  booleanOf,
  doubleOf,
  int64Of,
  isAbsent,
  type JsonObject,
  objectOf,
  objectsOf,
  textOf,
  WrongValue,
} from './json-fields.ts';
import { invalidValue } from './json-items.ts';
import { too_deep, tooDeep, value_depth_max } from './limits.ts';
import { type AttributeMap, type AttributeValue, no_attributes, type Rejection } from './records.ts';

/**
 * Reads an array of KeyValue; the last of equal keys wins. A value that is nested too deeply or that its field cannot
 * hold is left out and reported.
 */
export function decodeJsonAttributes(items: unknown, rejections: Rejection[]): AttributeMap {
  const entries = objectsOf(items, 'attributes');
  if (entries.length === 0) return no_attributes;
  const attributes = new Map<string, AttributeValue>();
  for (const entry of entries) {
    const key = textOf(entry['key'], 'attribute key');
    const value = valueOrProblem(entry['value']);
    const where = `attribute "${key.slice(0, 100)}"`;
    if (value === too_deep) rejections.push(tooDeep(where));
    else if (value instanceof WrongValue) rejections.push(invalidValue(value, false, `${where}: `));
    else attributes.set(key, value);
  }
  return attributes;
}

function valueOrProblem(json: unknown): AttributeValue | typeof too_deep | WrongValue {
  try {
    return decodeJsonValue(json, 0);
  } catch (error) {
    if (error instanceof WrongValue) return error;
    throw error;
  }
}

/** Reads an AnyValue. What lies deeper than the limit is not looked into. */
export function decodeJsonValue(json: unknown, depth: number): AttributeValue | typeof too_deep {
  if (isAbsent(json)) return null;
  if (depth > value_depth_max) return too_deep;
  const value = objectOf(json, 'attribute value');
  if (!isAbsent(value['stringValue'])) return textOf(value['stringValue'], 'stringValue');
  if (!isAbsent(value['boolValue'])) return booleanOf(value['boolValue'], 'boolValue');
  if (!isAbsent(value['intValue'])) return int64Of(value['intValue'], 'intValue');
  if (!isAbsent(value['doubleValue'])) return doubleOf(value['doubleValue'], 'doubleValue');
  if (!isAbsent(value['arrayValue']))
    return decodeArray(objectOf(value['arrayValue'], 'arrayValue'), depth + 1);
  if (!isAbsent(value['kvlistValue']))
    return decodeMap(objectOf(value['kvlistValue'], 'kvlistValue'), depth + 1);
  if (!isAbsent(value['bytesValue'])) return bytesOf(value['bytesValue']);
  return null;
}

function decodeArray(array: JsonObject, depth: number): AttributeValue | typeof too_deep {
  const values: AttributeValue[] = [];
  let whole = true;
  for (const item of objectsOf(array['values'], 'arrayValue.values')) {
    const value = decodeJsonValue(item, depth);
    if (value === too_deep) whole = false;
    else values.push(value);
  }
  return whole ? values : too_deep;
}

function decodeMap(list: JsonObject, depth: number): AttributeValue | typeof too_deep {
  const entries = new Map<string, AttributeValue>();
  let whole = true;
  for (const entry of objectsOf(list['values'], 'kvlistValue.values')) {
    const key = textOf(entry['key'], 'attribute key');
    const value = decodeJsonValue(entry['value'], depth);
    if (value === too_deep) whole = false;
    else entries.set(key, value);
  }
  return whole ? entries : too_deep;
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(textOf(value, 'bytesValue'), 'base64'));
}
