import { slice_columns } from '../slices.ts';
import type { Row } from '../store.ts';
import { in_portion, type Portion, readPortion, type Selected, wantedOf } from './portion.ts';
import { inputOf, outputOf, PortionMessages } from './portion-messages.ts';

/** Spans `s` that may ask something of a model. */
export const asks = `s.is_leaf AND s.operation IN ('chat', 'generate_content', 'text_completion')`;

/** Spans of the portion whose last message is a user's, with that and the answer. */
export async function readAskedMessages(portion: Portion): Promise<Selected> {
  const spans = await readPortion(
    portion,
    `SELECT tenant, trace_id, span_id, conversation_id, start_time AS time, ingest_time,
      input_messages[-1] AS last_input, output_messages[-1] AS last_output, ${slice_columns.join(', ')}
    FROM "${portion.day}".main.spans AS s
    WHERE ${in_portion} AND ${asks} AND input_messages[-1] IS NOT NULL
    ORDER BY ingest_time, trace_id, span_id`,
  );
  const messages = new PortionMessages(portion);
  await messages.readRoles(spans.flatMap(inputOf));
  const is_user = (span: Row) => inputOf(span).some((input) => messages.find(input)?.role === 'user');
  const { rows, left_out } = wantedOf(portion, spans.filter(is_user));
  await messages.readTexts(rows.flatMap((span) => [...inputOf(span), ...outputOf(span)]));
  return { rows: rows.flatMap((span) => withTexts(span, messages)), left_out };
}

function withTexts(span: Row, messages: PortionMessages): Row[] {
  const text = messages.textOf(inputOf(span));
  if (text === null) return [];
  const output_text = messages.textOf(outputOf(span));
  const output_hash = output_text === null ? null : span['last_output'];
  return [{ ...span, text_hash: span['last_input'], text, output_hash, output_text }];
}
