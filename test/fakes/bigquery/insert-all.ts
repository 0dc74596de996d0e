import type { Field, TableResource } from './database.ts';

export interface InsertAllRow {
  readonly insertId?: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface RowError {
  readonly reason: string;
  readonly message: string;
}

/** What is wrong with a row of `tabledata.insertAll`, or null. */
export function checkRow(
  { schema, timePartitioning }: TableResource,
  { json, insertId }: InsertAllRow,
): RowError | null {
  if (insertId !== undefined && insertId.length > 128)
    return invalid('insertId is longer than 128 characters');
  const known = new Set(schema.fields.map((field) => field.name));
  for (const name of Object.keys(json)) if (!known.has(name)) return invalid(`no such field: ${name}.`);
  for (const field of schema.fields) {
    const message = checkField(field, json[field.name]);
    if (message) return invalid(message);
  }
  return timePartitioning ? checkPartition(String(json[timePartitioning.field])) : null;
}

function checkField({ name, type, mode }: Field, value: unknown): string | null {
  if (mode === 'REPEATED') {
    if (value === undefined) return null;
    if (!Array.isArray(value)) return `Array specified for non-repeated field: ${name}.`;
    return value.every((item) => fits(type, item))
      ? null
      : `Could not convert a value of ${name} to ${type}.`;
  }
  if (value === undefined || value === null)
    return mode === 'REQUIRED' ? `Missing required field: ${name}.` : null;
  return fits(type, value) ? null : `Could not convert value of ${name} to ${type}.`;
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'STRING':
      return typeof value === 'string' && value.isWellFormed();
    case 'INTEGER':
      return Number.isSafeInteger(value);
    case 'FLOAT':
      return typeof value === 'number' || /^(NaN|-?Infinity)$/.test(String(value));
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'TIMESTAMP':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value);
    case 'JSON':
      return typeof value === 'string' && isJson(value);
    default:
      return false;
  }
}

const day_ms = 86_400_000;

// Rows can only be streamed into partitions of the last ten years and the next one.
function checkPartition(time: string): RowError | null {
  const days = (Date.parse(time) - Date.now()) / day_ms;
  if (days > -3650 && days < 366) return null;
  return invalid(
    `Value ${time} is outside the allowed bounds: 3650 days in the past and 366 days in the future.`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): RowError {
  return { reason: 'invalid', message };
}
