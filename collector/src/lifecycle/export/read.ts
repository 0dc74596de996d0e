import type { Row } from '../../stores/store.ts';

/** The value of a column that holds JSON. */
export function jsonOf(row: Row, column: string): unknown {
  return JSON.parse(String(row[column]));
}

/** A column that holds a JSON array, or null for an empty one. */
export function listOf(row: Row, column: string): unknown {
  return row[column] === null ? [] : jsonOf(row, column);
}

/** Nanoseconds of an ISO 8601 time with nine digits after the second. */
export function nanosecondsOf(time: string): bigint {
  const [seconds = '', digits = '0'] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(digits.padEnd(9, '0').slice(0, 9));
}
