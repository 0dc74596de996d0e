import { SextantError } from '../errors.ts';

/** Reads of a field that may be absent or null. They throw a `WrongValue` for what the field cannot hold. */

export type JsonObject = Record<string, unknown>;

export function objectOf(value: unknown, field: string): JsonObject {
  if (isAbsent(value)) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongKind(field, 'an object');
  return value as JsonObject;
}

export function arrayOf(value: unknown, field: string): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw wrongKind(field, 'an array');
  return value;
}

export function objectsOf(value: unknown, field: string): JsonObject[] {
  return arrayOf(value, field).map((item) => objectOf(item, field));
}

export function textOf(value: unknown, field: string): string {
  if (isAbsent(value)) return '';
  if (typeof value !== 'string') throw wrongKind(field, 'a string');
  return value;
}

/** An id in hexadecimal digits of either case. */
export function idOf(value: unknown, field: string): string {
  return textOf(value, field).toLowerCase();
}

export function booleanOf(value: unknown, field: string): boolean {
  if (isAbsent(value)) return false;
  if (typeof value !== 'boolean') throw wrongKind(field, 'true or false');
  return value;
}

/** OTLP takes enums as numbers only. */
export function enumOf(value: unknown, field: string): number {
  if (typeof value === 'string') throw wrongKind(field, 'an integer');
  return int32Of(value, field);
}

export function int32Of(value: unknown, field: string): number {
  return Number(integerBetween(value, { field, low: -(2n ** 31n), high: 2n ** 31n - 1n }));
}

export function uint32Of(value: unknown, field: string): number {
  return Number(integerBetween(value, { field, low: 0n, high: 2n ** 32n - 1n }));
}

/** A count, or nanoseconds since 1970. */
export function uint64Of(value: unknown, field: string): bigint {
  return BigInt(integerBetween(value, { field, low: 0n, high: 2n ** 64n - 1n }));
}

/** A signed 64-bit integer as number where it is exact, else as bigint. */
export function int64Of(value: unknown, field: string): number | bigint {
  return integerBetween(value, { field, low: -(2n ** 63n), high: 2n ** 63n - 1n });
}

/** The JSON mapping of protobuf writes the three values that JSON lacks as strings. */
export function doubleOf(value: unknown, field: string): number {
  if (isAbsent(value)) return 0;
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && decimal.test(value)) return Number(value);
  throw wrongKind(field, 'a number');
}

export function optionalDoubleOf(value: unknown, field: string): number | null {
  return isAbsent(value) ? null : doubleOf(value, field);
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

interface Range {
  readonly field: string;
  readonly low: bigint;
  readonly high: bigint;
}

// An absent integer is 0, and so is an empty string: some senders write times that are not known like that. Where it
// is exact it comes as number.
function integerBetween(value: unknown, { field, low, high }: Range): number | bigint {
  if (isAbsent(value) || value === '') return 0;
  const integer = typeof value === 'string' ? parseInteger(value) : exactInteger(value);
  if (integer === null || integer < low || integer > high)
    throw wrongKind(field, `an integer between ${low} and ${high}`);
  return integer;
}

// A number beyond the safe integers has lost digits in JSON.parse if it was written with more than a double holds.
function exactInteger(value: unknown): number | bigint | null {
  if (!Number.isInteger(value)) return null;
  if (Number.isSafeInteger(value)) return (value as number) || 0;
  const written = String(value);
  const digits = written.replace('-', '').replace(/0+$/, '').length;
  return digits <= 15 && plain_integer.test(written) ? BigInt(written) : null;
}

const plain_integer = /^-?\d{1,20}$/;
const decimal = /^(-?\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A decimal number without remainder, such as `12`, `1.2e1` or `120e-1`. */
function parseInteger(text: string): number | bigint | null {
  if (plain_integer.test(text)) return text.length <= 15 ? Number(text) || 0 : compact(BigInt(text));
  const [, whole, fraction = '', exponent = '0'] = decimal.exec(text) ?? [];
  if (whole === undefined) return null;
  const zeros = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (zeros >= 0) return compact(digits * 10n ** BigInt(zeros));
  const divisor = 10n ** BigInt(-zeros);
  return digits % divisor === 0n ? compact(digits / divisor) : null;
}

function compact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** A value of another kind, or out of its range. Where nothing else can be refused, the request is. */
export class WrongValue extends SextantError {}

function wrongKind(field: string, wanted: string): WrongValue {
  return new WrongValue('undecodable', `Field ${field} must be ${wanted}.`);
}
