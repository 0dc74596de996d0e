import { expect, it } from 'vitest';
import { isDamage } from '../../../../collector/src/stores/duckdb/damage.ts';

it.each([
  'IO Error: The file "days/2026-11-21.duckdb" exists, but it is not a valid DuckDB database file!',
  'IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block',
  'INTERNAL Error: Failure while replaying WAL file "days/2026-11-21.duckdb.wal": unexpected end',
  'Serialization Error: Failed to deserialize',
])('takes "%s" for damage', (message) => {
  expect(isDamage(new Error(message))).toBe(true);
});

it.each([
  'IO Error: Could not set lock on file "blocks/days/2026-11-21.duckdb": Conflicting lock is held',
  'IO Error: Cannot open file "days/2026-11-21.duckdb": Too many open files',
  'IO Error: Could not write file: No space left on device',
  'IO Error: Failure while replaying WAL file: Could not write file: No space left on device',
  'IO Error: Cannot open file: Permission denied',
  'Out of Memory Error: could not allocate block',
  'IO Error: Could not read from file: Input/output error',
])('takes "%s" for trouble that passes', (message) => {
  expect(isDamage(new Error(message))).toBe(false);
});
