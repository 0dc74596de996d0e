/** Nanoseconds since 1970 from an ISO 8601 time with up to nine decimals; null when it is not one. */
export function isoToNanoseconds(value: unknown): bigint | null {
  if (typeof value !== 'string') return null;
  const match = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
    value,
  );
  if (match === null) return null;
  const [, seconds = '', fraction = '', zone = 'Z'] = match;
  const milliseconds = Date.parse(seconds.replace(' ', 'T') + zone);
  return Number.isNaN(milliseconds)
    ? null
    : BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Nanoseconds from the pair `[seconds, nanoseconds]` of the JavaScript SDK; null when it is not one. */
export function pairToNanoseconds(value: unknown): bigint | null {
  if (!Array.isArray(value)) return null;
  const [seconds, nanoseconds]: readonly unknown[] = value;
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanoseconds)) return null;
  return BigInt(Number(seconds)) * 1_000_000_000n + BigInt(Number(nanoseconds));
}

/** Nanoseconds given as an integer; null when they are not. */
export function integerToNanoseconds(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : null;
}
