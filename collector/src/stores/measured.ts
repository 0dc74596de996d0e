import type { NewRow } from './schema.ts';
import { slicesOf } from './slices.ts';
import type { EmbedRow, EvaluationRow, MeasureRow, Row, SketchRow, TraceSummary } from './store.ts';

type SpanColumn = keyof NewRow<'spans'>;

/** Columns that say one thing of several. */
export const category_columns = [
  'status',
  'error_type',
  'operation',
  'provider',
  'request_model',
  'response_model',
  'finish_reasons',
  'agent_name',
  'tool_name',
] as const satisfies readonly SpanColumn[];

/** Columns that say how much. */
export const number_columns = [
  'duration_ms',
  'ttft_ms',
  'tpot_ms',
  'queue_ms',
  'input_tokens',
  'cache_read_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
] as const satisfies readonly SpanColumn[];

/** Columns the features of a span are made of. */
export const measured_columns = [
  ...category_columns,
  ...number_columns,
  'is_leaf',
  'parent_span_id',
] as const satisfies readonly SpanColumn[];

/** Features of texts read no more: conversations come with all that was said before. */
export const text_characters_max = 4_000;

/** Encoders read only so much, and some refuse what is longer; the beginning of a message says what it is about. */
export const embedded_characters_max = 8_000;

/** The first characters of a text, as SQL's `left` counts them: those beyond 16 bits are one. */
export function beginningOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const beginning = text.slice(0, 2 * characters);
  if (!/[\ud800-\udfff]/.test(beginning)) return text.slice(0, characters);
  return Array.from(beginning).slice(0, characters).join('');
}

/** Span attribute by which repeated calls of a tool are known. */
export const tool_arguments_key = 'gen_ai.tool.call.arguments';

/**
 * A judge may be heard a moment before the span that was judged. One that is stored up to so much later counts as
 * its span; what is stored later still does not, so that an evaluation is the same whenever it is asked.
 */
export const span_wait_us = 15_000_000;

/**
 * What began longer before the root of its trace is not counted among what the trace did. Clocks differ by less, and a
 * trace that is never ended must not be read again and again as a whole.
 */
export const trace_lead_us = 60_000_000;

/** A row of the embed queue from one that has the slice columns beside the others. */
export function toEmbedRow(row: Row): EmbedRow {
  const { tenant, trace_id, span_id, conversation_id, time, ingest_time } = row as unknown as EmbedRow;
  const { text_hash, text, output_hash, output_text } = row as unknown as EmbedRow;
  return {
    ...{ tenant, trace_id, span_id, conversation_id, time, ingest_time },
    ...{ text_hash, text, output_hash, output_text },
    slices: slicesOf(row),
  };
}

export function toSketchRow(row: Row): SketchRow {
  return row as unknown as SketchRow;
}

/** A row of the measure queue from one that has slice columns, measured columns and the trace beside the others. */
export function toMeasureRow(row: Row): MeasureRow {
  const { tenant, trace_id, span_id, conversation_id, time, ingest_time, input_text, output_text } =
    row as unknown as MeasureRow;
  const { steps, tool_calls, repeated_tool_calls } = row as unknown as TraceSummary;
  return {
    ...{ tenant, trace_id, span_id, conversation_id, time, ingest_time, input_text, output_text },
    slices: slicesOf(row),
    columns: Object.fromEntries(measured_columns.map((column) => [column, row[column] ?? null])),
    trace: typeof steps === 'number' ? { steps, tool_calls, repeated_tool_calls } : null,
  };
}

/** An evaluation from a row that has the slice columns beside the others. */
export function toEvaluationRow(row: Row): EvaluationRow {
  const { tenant, score_id, name, source, trace_id, span_id } = row as unknown as EvaluationRow;
  const { conversation_id, time, ingest_time, value, label } = row as unknown as EvaluationRow;
  return {
    ...{
      tenant,
      score_id,
      name,
      source,
      trace_id,
      span_id,
      conversation_id,
      time,
      ingest_time,
      value,
      label,
    },
    slices: slicesOf(row),
  };
}
