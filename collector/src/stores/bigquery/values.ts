import { type AnyTable, type ColumnType, type TableName, tables } from '../schema.ts';
import type { Row } from '../store.ts';

/** How values of the schema travel into BigQuery and back. */

/** A row as `tabledata.insertAll` takes it. A field that is not there is NULL, or an empty list. */
export function toJsonRow(table: TableName, row: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries((tables[table] as AnyTable).columns)) {
    const value = (row as Row)[name];
    if (value !== null && value !== undefined) fields[name] = toJsonValue(value, type);
  }
  return fields;
}

function toJsonValue(value: unknown, type: ColumnType): unknown {
  switch (type) {
    case 'text':
    case 'json':
      // Half a surrogate pair is not UTF-8; BigQuery would refuse the row.
      return String(value).toWellFormed();
    case 'time':
      return toTimestamp(value as number);
    case 'number':
      return toFloat(value as number);
    case 'texts':
      return Array.from(value as readonly string[], (text) => text.toWellFormed());
    case 'numbers':
    case 'doubles':
      return Array.from(value as ArrayLike<number>, toFloat);
    case 'integers':
      return Array.from(value as ArrayLike<number>);
    default:
      return value;
  }
}

// JSON has no words for these.
function toFloat(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

// As text, because a number of seconds would lose microseconds.
function toTimestamp(time_us: number): string {
  const second_us = 1_000_000;
  const seconds = Math.floor(time_us / second_us);
  const fraction = String(time_us - seconds * second_us).padStart(6, '0');
  return new Date(seconds * 1000).toISOString().replace('.000Z', `.${fraction}Z`);
}

/** A field of a result, as the REST interface describes it. */
export interface ResultField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly fields?: readonly ResultField[];
}

type Convert = (value: unknown, type: string) => unknown;

/** A row of a named query: times as microseconds, integers as numbers, JSON as text. */
export function toRow(fields: readonly ResultField[], row: Row): Row {
  const values = readRow(fields, row, toValue);
  for (const name of optional_lists) {
    // BigQuery stores an unknown list as an empty one.
    const value = values[name];
    if (Array.isArray(value) && value.length === 0) values[name] = null;
  }
  return values;
}

/** A row as JSON for people: times as ISO text, integers that a number cannot hold as text. */
export function toSqlRow(fields: readonly ResultField[], row: Row): Row {
  return readRow(fields, row, toPlainValue);
}

function readRow(fields: readonly ResultField[], row: Row, convert: Convert): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, readCell(field, row[field.name], convert)]));
}

function readCell(field: ResultField, value: unknown, convert: Convert): unknown {
  if (value === null || value === undefined) return null;
  if (field.mode === 'REPEATED') {
    const element = { ...field, mode: 'NULLABLE' };
    return (value as readonly unknown[]).map((item) => readCell(element, item, convert));
  }
  if (field.fields) return readRow(field.fields, value as Row, convert);
  return convert(value, field.type);
}

function toValue(value: unknown, type: string): unknown {
  if (type === 'TIMESTAMP') return toMicros(wrappedText(value));
  return number_types.has(type) ? Number(wrappedText(value)) : toPlainText(value);
}

function toPlainValue(value: unknown, type: string): unknown {
  if (type === 'TIMESTAMP') return wrappedText(value).replace(/(\.\d{6})\d*Z$/, '$1Z');
  if (!number_types.has(type)) return toPlainText(value);
  const text = wrappedText(value);
  const number = Number(text);
  const is_exact = type.startsWith('INT') ? Number.isSafeInteger(number) : Number.isFinite(number);
  return is_exact ? number : text;
}

const number_types: ReadonlySet<string> = new Set([
  ...['INTEGER', 'INT64', 'FLOAT', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'],
]);

function toPlainText(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return Buffer.isBuffer(value) ? value.toString('base64') : wrappedText(value);
}

/** The client wraps what JavaScript has no type for; its wrappers hold the text as it was sent. */
function wrappedText(value: unknown): string {
  const text = (value as { value?: unknown }).value;
  return typeof text === 'string' ? text : String(value);
}

function toMicros(iso: string): number {
  const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(iso) ?? [];
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

const optional_lists: readonly string[] = Object.values(tables as Record<string, AnyTable>).flatMap(
  ({ columns }) =>
    Object.entries(columns)
      .filter(([, { type, required }]) => type === 'texts' && !required)
      .map(([name]) => name),
);
