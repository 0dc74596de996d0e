import { SextantError } from '../errors.ts';

/** Reads of a field that may be absent or null; a value of another kind makes the request undecodable. */

export function objectOf(value: unknown, field: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongKind(field, 'an object');
  return value as Record<string, unknown>;
}

export function arrayOf(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongKind(field, 'an array');
  return value;
}

export function textOf(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrongKind(field, 'a string');
  return value;
}

/** A 32-bit integer or enum, given as number. */
export function integerOf(value: unknown, field: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongKind(field, 'an integer');
  return value;
}

/** Nanoseconds since 1970, given as decimal string or number, not beyond 64 bits. */
export function timeOf(value: unknown, field: string): bigint {
  if (value === undefined || value === null || value === '') return 0n;
  const time_ns = longOf(value, field);
  if (time_ns < 0n || time_ns > 0xffff_ffff_ffff_ffffn) throw wrongKind(field, 'an unsigned 64-bit integer');
  return time_ns;
}

/** A 64-bit integer given as decimal string or as a number without fraction. */
export function longOf(value: unknown, field: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw wrongKind(field, 'a 64-bit integer');
}

function wrongKind(field: string, wanted: string): SextantError {
  return new SextantError('undecodable', `Field ${field} must be ${wanted}.`);
}
