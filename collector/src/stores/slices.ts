import type { EmbedRow, Row } from './store.ts';

/** Columns of a span by which features are watched apart. `all` is always watched. */
export const slice_columns = [
  'service',
  'request_model',
  'prompt_version',
  'chain_name',
  'adapter_name',
] as const;

/** A row of the embed queue from one that has the slice columns beside the others. */
export function toEmbedRow(row: Row): EmbedRow {
  const { tenant, trace_id, span_id, conversation_id, time, text_hash, text } = row as unknown as EmbedRow;
  const slices = slice_columns.flatMap((column) => (row[column] === null ? [] : [[column, row[column]]]));
  return {
    ...{ tenant, trace_id, span_id, conversation_id, time, text_hash, text },
    slices: Object.fromEntries(slices),
  };
}
