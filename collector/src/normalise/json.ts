import type { AttributeValue } from '../decode/records.ts';

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
 * integers beyond 2^53, text. A key named `__proto__` becomes a property like any other.
 */
export function toJsonValue(value: AttributeValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, toJsonValue(item)]));
  }
  return (value as readonly AttributeValue[]).map(toJsonValue);
}

/** True when a parsed value holds an integer that lost digits in JSON.parse. */
export function lostDigits(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.some(lostDigits);
  return isRecord(value) && Object.values(value).some(lostDigits);
}
