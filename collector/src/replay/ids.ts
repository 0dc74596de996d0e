import { createHash } from 'node:crypto';

/** Trace ids have 32 hexadecimal digits, span ids 16. */
export type IdDigits = 16 | 32;

/** An id written in hexadecimal, with or without `0x` and leading zeros, or as an integer; null for anything else. */
export function readId(value: unknown, digits: IdDigits): string | null {
  const hexadecimal =
    typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
      ? value.toString(16)
      : typeof value === 'string'
        ? value.replace(/^0x/i, '').toLowerCase()
        : '';
  const valid = /^[0-9a-f]+$/.test(hexadecimal) && !/^0+$/.test(hexadecimal) && hexadecimal.length <= digits;
  return valid ? hexadecimal.padStart(digits, '0') : null;
}

/** A stable id for one that is not hexadecimal. */
export function hashId(text: string, digits: IdDigits): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
