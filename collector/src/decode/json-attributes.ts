import { SextantError } from '../errors.ts';
import { arrayOf, longOf, objectOf, textOf } from './json-fields.ts';
import { too_deep, value_depth_max } from './limits.ts';
import type { AttributeMap, AttributeValue, Rejection } from './records.ts';

/** Reads an array of KeyValue; the last of equal keys wins. A value nested too deeply is left out and reported. */
export function decodeJsonAttributes(items: unknown, rejections: Rejection[]): AttributeMap {
  const attributes = new Map<string, AttributeValue>();
  for (const item of arrayOf(items, 'attributes')) {
    const entry = objectOf(item, 'attributes');
    const key = textOf(entry['key'], 'attribute key');
    const value = decodeValue(entry['value'], 0);
    if (value !== too_deep) attributes.set(key, value);
    else {
      const message = `attribute "${key.slice(0, 100)}" is nested deeper than ${value_depth_max} levels and was left out`;
      rejections.push({ reason: 'attribute_too_deep', message, span_lost: false });
    }
  }
  return attributes;
}

function decodeValue(json: unknown, depth: number): AttributeValue | typeof too_deep {
  if (depth > value_depth_max) return too_deep;
  const value = objectOf(json, 'attribute value');
  if (given(value['stringValue'])) return textOf(value['stringValue'], 'stringValue');
  if (given(value['boolValue'])) return booleanOf(value['boolValue']);
  if (given(value['intValue'])) return compact(longOf(value['intValue'], 'intValue'));
  if (given(value['doubleValue'])) return doubleOf(value['doubleValue']);
  if (given(value['arrayValue'])) return decodeArray(objectOf(value['arrayValue'], 'arrayValue'), depth + 1);
  if (given(value['kvlistValue'])) return decodeMap(objectOf(value['kvlistValue'], 'kvlistValue'), depth + 1);
  if (given(value['bytesValue'])) return bytesOf(value['bytesValue']);
  return null;
}

function decodeArray(array: Record<string, unknown>, depth: number): AttributeValue | typeof too_deep {
  const values: AttributeValue[] = [];
  for (const item of arrayOf(array['values'], 'arrayValue.values')) {
    const value = decodeValue(item, depth);
    if (value === too_deep) return too_deep;
    values.push(value);
  }
  return values;
}

function decodeMap(list: Record<string, unknown>, depth: number): AttributeValue | typeof too_deep {
  const entries = new Map<string, AttributeValue>();
  for (const item of arrayOf(list['values'], 'kvlistValue.values')) {
    const entry = objectOf(item, 'kvlistValue.values');
    const value = decodeValue(entry['value'], depth);
    if (value === too_deep) return too_deep;
    entries.set(textOf(entry['key'], 'attribute key'), value);
  }
  return entries;
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new SextantError('undecodable', 'Field boolValue must be true or false.');
  return value;
}

// The JSON mapping of protobuf writes the three values that JSON lacks as strings.
function doubleOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  throw new SextantError('undecodable', 'Field doubleValue must be a number.');
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(textOf(value, 'bytesValue'), 'base64'));
}

function compact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
