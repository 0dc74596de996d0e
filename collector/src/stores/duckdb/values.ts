import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  DuckDBVarCharType,
  FLOAT,
  LIST,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { ColumnType } from '../schema.ts';
import type { QueryValue } from '../store.ts';

/** How values of the schema travel into DuckDB and back. */

export const duckdb_types: Readonly<Record<ColumnType, DuckDBType>> = {
  text: VARCHAR,
  integer: BIGINT,
  number: DOUBLE,
  boolean: BOOLEAN,
  time: TIMESTAMP,
  json: DuckDBVarCharType.create('JSON'),
  texts: LIST(VARCHAR),
  integers: LIST(BIGINT),
  numbers: LIST(FLOAT),
  doubles: LIST(DOUBLE),
};

/** A parameter of a named query, with the type DuckDB shall give it. */
export function toParameter(value: QueryValue): { value: DuckDBValue; type: DuckDBType } {
  if (Array.isArray(value)) return { value: new DuckDBListValue([...value]), type: LIST(VARCHAR) };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { value: BigInt(value), type: BIGINT } : { value, type: DOUBLE };
  }
  if (typeof value === 'boolean') return { value, type: BOOLEAN };
  return { value: value as string | null, type: VARCHAR };
}

/** A value of a named query: times as microseconds, integers as numbers. */
export function fromDuckDB(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBTimestampValue) return Number(value.micros);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBListValue) return value.items.map(fromDuckDB);
  if (value instanceof DuckDBStructValue) return mapEntries(value, fromDuckDB);
  return value;
}

/** A value as JSON for people: times as ISO text, integers that a number cannot hold as text. */
export function toJson(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBListValue) return value.items.map(toJson);
  if (value instanceof DuckDBStructValue) return mapEntries(value, toJson);
  return String(value);
}

function mapEntries(
  value: DuckDBStructValue,
  convert: (value: DuckDBValue) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, convert(entry)]));
}

// Microseconds are kept: Date knows milliseconds only. Times beyond its range come as DuckDB writes them.
function isoTime(micros: bigint): string {
  const milliseconds = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const date = new Date(Number(milliseconds));
  if (Number.isNaN(date.getTime())) return String(new DuckDBTimestampValue(micros));
  const rest = String(micros - milliseconds * 1000n).padStart(3, '0');
  return date.toISOString().replace('Z', `${rest === '000' ? '' : rest}Z`);
}
