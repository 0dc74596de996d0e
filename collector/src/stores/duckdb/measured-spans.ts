import { beginningOf, measured_columns, text_characters_max } from '../measured.ts';
import { slice_columns } from '../slices.ts';
import { earlier_max, type Row } from '../store.ts';
import { before_portion, in_portion, type Portion, readPortion, type Selected, wantedOf } from './portion.ts';
import { inputOf, outputOf, PortionMessages } from './portion-messages.ts';
import { readTraces } from './trace-summaries.ts';

const candidate_columns = ['tenant', 'trace_id', 'conversation_id', 'start_time AS time', 'ingest_time'];
const columns = [
  ...candidate_columns,
  ...['span_id', ...new Set([...slice_columns, ...measured_columns])],
  ...['input_messages[-1] AS last_input', 'output_messages[-1] AS last_output'],
  'coalesce(stored_time, ingest_time) AS stored_time',
].join(', ');

/** Spans of the portion that are wanted, with their columns and texts, and their traces where they are roots. */
export async function readMeasuredSpans(portion: Portion): Promise<Selected> {
  const candidates = await readPortion(
    portion,
    `SELECT rowid::VARCHAR AS row_id, ${[...candidate_columns, ...slice_columns].join(', ')}
    FROM "${portion.day}".main.spans AS s WHERE ${in_portion}`,
  );
  const { rows, left_out } = wantedOf(portion, candidates);
  if (rows.length === 0) return { rows, left_out };
  const row_ids = rows.map(({ row_id }) => row_id as string);
  return { rows: await readSpans(portion, 'SELECT unnest($row_ids)::BIGINT', { row_ids }), left_out };
}

/** The same of spans that were worked off before, of the conversations of some spans. */
export async function readEarlierSpans(portion: Portion, spans: readonly Row[]): Promise<Row[]> {
  const conversations = new Set(spans.flatMap(({ conversation_id }) => (conversation_id as string) ?? []));
  return await readSpans(
    portion,
    `SELECT rowid FROM "${portion.day}".main.spans AS s
    WHERE ${before_portion} AND conversation_id IN (SELECT unnest($conversations))
    QUALIFY row_number() OVER (
      PARTITION BY tenant, conversation_id ORDER BY ingest_time DESC, trace_id DESC, span_id DESC
    ) <= ${earlier_max}`,
    { conversations: [...conversations] },
  );
}

async function readSpans(
  portion: Portion,
  row_ids: string,
  parameters: Readonly<Record<string, readonly string[]>>,
): Promise<Row[]> {
  const spans = await readPortion(
    portion,
    `SELECT ${columns} FROM "${portion.day}".main.spans WHERE rowid IN (${row_ids})
    ORDER BY ingest_time, trace_id, span_id`,
    parameters,
  );
  const messages = new PortionMessages(portion);
  await messages.readTexts(spans.flatMap((span) => [...inputOf(span), ...outputOf(span)]));
  const traces = await readTraces(
    portion,
    spans.filter(({ parent_span_id }) => parent_span_id === null),
  );
  return spans.map((span) => ({ ...span, ...textsOf(span, messages), ...traces.get(span) }));
}

function textsOf(span: Row, messages: PortionMessages) {
  const input = inputOf(span);
  const is_asked = input.some((pointer) => messages.find(pointer)?.role === 'user');
  return {
    input_text: is_asked ? shortened(messages.textOf(input)) : null,
    output_text: shortened(messages.textOf(outputOf(span))),
  };
}

function shortened(text: string | null): string | null {
  return text === null ? null : beginningOf(text, text_characters_max);
}
