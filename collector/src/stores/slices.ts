import type { NewRow } from './schema.ts';
import type { Row } from './store.ts';

/** Columns of a span by which features are watched apart. `all` is always watched. */
export const slice_columns = [
  'service',
  'request_model',
  'prompt_version',
  'chain_name',
  'tool_name',
  'adapter_name',
  'user_segment',
] as const satisfies readonly (keyof NewRow<'spans'>)[];

/** The slice columns a row has beside others. */
export function slicesOf(row: NewRow<'spans'> | Row): Record<string, string> {
  const values = row as Row;
  const slices = slice_columns.flatMap((column) => {
    const value = values[column];
    return typeof value === 'string' ? [[column, value]] : [];
  });
  return Object.fromEntries(slices);
}

/** Slices are written by the collector; anything else in their place counts as none. */
export function parseSlices(text: string): Record<string, string> {
  const entries = Object.entries(parseObject(text));
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
