import type { CanonicalFields } from './dialect.ts';

/** Canonical fields that may still be undefined or empty. */
export type DraftFields = { readonly [Name in keyof CanonicalFields]: CanonicalFields[Name] | undefined };

/** The fields that have a value: neither undefined nor an empty list. */
export function withoutAbsent(draft: DraftFields): CanonicalFields {
  const fields: Record<string, unknown> = {};
  for (const name in draft) {
    const value = draft[name as keyof DraftFields];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) fields[name] = value;
  }
  return fields;
}
