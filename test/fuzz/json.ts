import { utf8 } from './reference.ts';
import type { Plain, Signal } from './schema.ts';

/**
 * Writes a request in the JSON encoding of OTLP. What a sender is free to choose is chosen by `choose`: the case of
 * ids, 64-bit integers as string or number, null or nothing for an empty list, spaces.
 */
export function toJson(signal: Signal, request: Plain, choose: () => boolean): string {
  return write(request, { names: [...envelopes[signal]], choose });
}

const envelopes = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
} as const satisfies Record<Signal, readonly string[]>;

interface Writing {
  /** Names of the levels of the envelope that are still to come. */
  readonly names: readonly string[];
  readonly choose: () => boolean;
}

function write(value: unknown, writing: Writing): string {
  if (typeof value === 'bigint') return writing.choose() ? `"${value}"` : `${value}`;
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return JSON.stringify(utf8(value));
  if (Array.isArray(value))
    return `[${value.map((item) => write(item, writing)).join(writing.choose() ? ' , ' : ',')}]`;
  const fields = Object.entries(value as Plain).map(([name, field]) => writeField(name, field, writing));
  return `{${fields.join(',')}}`;
}

function writeField(name: string, value: unknown, { names, choose }: Writing): string {
  const colon = choose() ? ' : ' : ':';
  if (name === 'items') return `"${names[0]}"${colon}${write(value, { names: names.slice(1), choose })}`;
  const key = JSON.stringify(name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  if (Array.isArray(value) && value.length === 0 && choose()) return `${key}${colon}null`;
  if (/(^|_)(trace|span)_id$/.test(name)) {
    const digits = Buffer.from(value as Uint8Array).toString('hex');
    return `${key}${colon}"${choose() ? digits.toUpperCase() : digits}"`;
  }
  if (name === 'bytes_value') return `${key}${colon}"${Buffer.from(value as Uint8Array).toString('base64')}"`;
  return `${key}${colon}${write(value, { names, choose })}`;
}

function writeNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
