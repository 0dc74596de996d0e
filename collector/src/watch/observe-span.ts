import { category_columns, number_columns } from '../stores/measured.ts';
import type { MeasureRow } from '../stores/store.ts';
import type { WatchedFeatures } from './features.ts';
import { kindOf } from './kinds.ts';
import { type Observation, valueKey } from './observation.ts';
import { withLanguage } from './slices.ts';

interface Value {
  readonly feature: string;
  readonly value: string | number;
}

/** What a span says about the features that are watched. */
export function observeSpan(row: MeasureRow, watched: WatchedFeatures): Observation[] {
  const { tenant, trace_id, span_id, conversation_id, time, ingest_time } = row;
  const slices = withLanguage(row.slices, row.input_text ?? row.output_text);
  return valuesOf(row)
    .filter(({ feature }) => watched.includes(feature))
    .flatMap(({ feature, value }, place) => {
      const kind = kindOf(feature);
      if (kind === null) return [];
      return {
        ...{ tenant, trace_id, span_id, conversation_id, time, ingest_time, slices, feature, value },
        // Values of one kind are comparable wherever they come from.
        encoder: kind.name,
        dimension: 0,
        value_key: valueKey(row, value, place),
        sampling_probability: null,
      };
    });
}

function valuesOf(row: MeasureRow): Value[] {
  return [
    ...category_columns.flatMap((column) => categories(`category.${column}`, row.columns[column])),
    ...(row.columns['is_leaf'] === true ? numbersOf(row) : []),
    ...texts('text.input_messages', row.input_text),
    ...texts('text.output_messages', row.output_text),
    ...behaviourOf(row),
  ];
}

/** How long calls take and what they use is told by the calls themselves, not by what they are part of. */
function numbersOf({ columns }: MeasureRow): Value[] {
  return number_columns.flatMap((column) => numbers(`number.${column}`, columns[column]));
}

function behaviourOf({ columns, trace }: MeasureRow): Value[] {
  const outcome = columns['status'] === 'error' ? 'error' : 'ok';
  const is_tool = columns['operation'] === 'execute_tool';
  return [
    ...(columns['is_leaf'] === true ? categories('behaviour.finish', columns['finish_reasons']) : []),
    ...(is_tool ? categories('behaviour.tool_mix', columns['tool_name']) : []),
    ...(is_tool ? categories('behaviour.tool_error', outcome) : []),
    ...(trace === null
      ? []
      : [
          ...categories('behaviour.error', outcome),
          ...categories('behaviour.loop', trace.repeated_tool_calls > 0 ? 'repeated' : 'none'),
          ...numbers('behaviour.steps', trace.steps),
          ...numbers('behaviour.tool_calls', trace.tool_calls),
        ]),
  ];
}

function categories(feature: string, value: unknown): Value[] {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((text) =>
    typeof text === 'string' && text !== '' ? [{ feature, value: text }] : [],
  );
}

function numbers(feature: string, value: unknown): Value[] {
  return typeof value === 'number' && Number.isFinite(value) ? [{ feature, value }] : [];
}

function texts(feature: string, text: string | null): Value[] {
  return text === null || text === '' ? [] : [{ feature, value: text }];
}
