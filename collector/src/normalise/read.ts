import type { AttributeMap, AttributeValue } from '../decode/records.ts';

/**
 * Readers of attributes. Each takes the names under which a value may be found, newest first, and returns the
 * first value of the right type, or undefined: a value of another type counts as not given.
 */
export type Names = readonly string[];

const whole_number = /^\d{1,16}$/;
const decimal_number = /^\d{1,16}(\.\d{1,20})?(e-?\d{1,3})?$/i;

/** False for nothing, and for what senders write in the place of content they were told not to send. */
export function isContent(text: string): boolean {
  return text !== '' && text !== '<REDACTED>' && text !== '[REDACTED]';
}

/** A text that is neither empty nor redacted; an integer, as versions and ids often are, is given as text. */
export function readText(attributes: AttributeMap, names: Names): string | undefined {
  for (const name of names) {
    const text = asText(attributes.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** One text or several. Elements of another type are left out. */
export function readTexts(attributes: AttributeMap, names: Names): readonly string[] | undefined {
  for (const name of names) {
    const texts = asTexts(attributes.get(name));
    if (texts !== undefined) return texts;
  }
  return undefined;
}

/** A number from 0 on, also where it was sent as text. */
export function readAmount(attributes: AttributeMap, names: Names): number | undefined {
  for (const name of names) {
    const amount = asAmount(attributes.get(name));
    if (amount !== undefined) return amount;
  }
  return undefined;
}

export function asText(value: AttributeValue | undefined): string | undefined {
  if (typeof value === 'string') return isContent(value) ? value : undefined;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}

/** Undefined where there is no text. */
export function asTexts(value: AttributeValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    const text = asText(value);
    return text === undefined ? undefined : [text];
  }
  const texts = value.map(asText).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts;
}

/** A count: an integer from 0 on, also where it was sent as text. */
export function asCount(value: AttributeValue | undefined): number | undefined {
  const number = typeof value === 'string' && whole_number.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A number from 0 on, also where it was sent as text. */
export function asAmount(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'bigint') return asAmount(Number(value));
  const number = typeof value === 'string' && decimal_number.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}
