import { toCandidate } from '../measured.ts';
import { slice_columns } from '../slices.ts';
import type { Row } from '../store.ts';
import { in_portion, type Portion, readPortion } from './portion.ts';
import { inputOf, outputOf, PortionMessages } from './portion-messages.ts';

/** Spans `s` that may ask something of a model. */
export const asks = `s.is_leaf AND s.operation IN ('chat', 'generate_content', 'text_completion')`;

/** Spans of the portion whose last message is a user's, with that and the answer. */
export async function readAskedMessages(portion: Portion): Promise<Row[]> {
  const { day, mark, selection } = portion;
  const spans = await readPortion(
    portion,
    `SELECT tenant, trace_id, span_id, conversation_id, start_time AS time, ingest_time,
      input_messages[-1] AS last_input, output_messages[-1] AS last_output, ${slice_columns.join(', ')}
    FROM "${day}".main.spans AS s
    WHERE ${in_portion} AND ${asks} AND input_messages[-1] IS NOT NULL
    ORDER BY ingest_time, trace_id, span_id`,
  );
  const messages = new PortionMessages(portion);
  await messages.readRoles(spans.flatMap(inputOf));
  const asking = spans.filter((span) => inputOf(span).some((input) => messages.find(input)?.role === 'user'));
  selection.see(mark, asking.map(toCandidate));
  const taken = asking.filter((span) => selection.takes(toCandidate(span)));
  await messages.readTexts(taken.flatMap((span) => [...inputOf(span), ...outputOf(span)]));
  const is_taken = new Set(taken);
  return asking.flatMap((span) => (is_taken.has(span) ? withTexts(span, messages) : withoutTexts(span)));
}

function withTexts(span: Row, messages: PortionMessages): Row[] {
  const text = messages.textOf(inputOf(span));
  if (text === null) return [];
  const output_text = messages.textOf(outputOf(span));
  const output_hash = output_text === null ? null : span['last_output'];
  return [{ ...span, text_hash: span['last_input'], text, output_hash, output_text }];
}

function withoutTexts(span: Row): Row[] {
  return [{ ...span, text_hash: span['last_input'], text: '', output_hash: null, output_text: null }];
}
