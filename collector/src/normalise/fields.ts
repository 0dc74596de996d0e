import type { AttributeMap, AttributeValue } from '../decode/records.ts';
import type { CanonicalFields } from './dialect.ts';
import { asAmount, asCount, asText } from './read.ts';

/** Canonical fields that may still be undefined or empty. */
export type DraftFields = { readonly [Name in keyof CanonicalFields]: CanonicalFields[Name] | undefined };

/** Where senders put a field, and how it is read there. */
export interface Place<Value> {
  /** Names of attributes, newest first. */
  readonly names: readonly string[];
  /** Undefined for a value that is not one of the field. */
  readonly read: (value: AttributeValue) => Value | undefined;
}

export type FieldPlaces = {
  readonly [Name in keyof CanonicalFields]: Place<NonNullable<CanonicalFields[Name]>>;
};

/**
 * Makes the reader of a dialect: of each field, the first place that holds a value of the right type counts. Other
 * fields are added where they have a value and no place had: neither undefined nor an empty list.
 */
export function fieldReader(
  places: FieldPlaces,
): (attributes: AttributeMap, others: DraftFields) => CanonicalFields {
  const fields = Object.entries(places);
  return (attributes, others) => {
    const given: Record<string, unknown> = {};
    for (const [field, place] of fields) {
      const value = valueAt(place, attributes);
      if (value !== undefined) given[field] = value;
    }
    for (const field in others) {
      const value = others[field as keyof DraftFields];
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      if (given[field] === undefined) given[field] = value;
    }
    return given;
  };
}

/** A text that is neither empty nor redacted; see `asText`. */
export function text(...names: readonly string[]): Place<string> {
  return { names, read: asText };
}

/** An integer from 0 on, also where it was sent as text. */
export function count(...names: readonly string[]): Place<number> {
  return { names, read: asCount };
}

/** Milliseconds of a duration sent in seconds. */
export function seconds(...names: readonly string[]): Place<number> {
  return { names, read: asMilliseconds };
}

function valueAt({ names, read }: Place<unknown>, attributes: AttributeMap): unknown {
  for (const name of names) {
    const value = attributes.get(name);
    const found = value === undefined ? undefined : read(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function asMilliseconds(value: AttributeValue): number | undefined {
  const amount = asAmount(value);
  return amount === undefined ? undefined : amount * 1000;
}
