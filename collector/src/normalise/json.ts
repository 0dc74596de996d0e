import type { AttributeMap, AttributeValue } from '../decode/records.ts';

/** The value of a JSON text, or undefined when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value of a text that holds a JSON array or object; anything else unchanged, so that "42" stays a text. */
export function jsonOrText(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[[{]/.test(value) ? (parseJson(value) ?? value) : value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An attribute value as JSON holds it: maps become objects, bytes base64, and numbers JSON does not have, such as
 * integers beyond 2^53, text.
 */
export function toJsonValue(value: AttributeValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return toJsonObject(value);
  return (value as readonly AttributeValue[]).map(toJsonValue);
}

/** A map as an object of JSON values. A key named `__proto__` becomes a property like any other. */
export function toJsonObject(map: AttributeMap, left_out?: ReadonlySet<string>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, item] of map) {
    if (left_out?.has(key)) continue;
    const value = toJsonValue(item);
    if (key !== '__proto__') object[key] = value;
    else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** Values nested deeper than this are not taken apart: a walk through them could exhaust the stack. */
const depth_max = 64;

/**
 * How well a parsed value stands for its text: `lossy` when an integer lost digits, `too_deep` when it should not
 * be walked through.
 */
export function fidelity(value: unknown, depth = 0): 'exact' | 'lossy' | 'too_deep' {
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'lossy' : 'exact';
  if (typeof value !== 'object' || value === null) return 'exact';
  if (depth === depth_max) return 'too_deep';
  let worst: 'exact' | 'lossy' = 'exact';
  for (const key in value) {
    const found = fidelity((value as Record<string, unknown>)[key], depth + 1);
    if (found === 'too_deep') return found;
    if (found === 'lossy') worst = found;
  }
  return worst;
}
