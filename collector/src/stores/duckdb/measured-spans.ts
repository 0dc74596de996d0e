import { beginningOf, measured_columns, text_characters_max, toCandidate } from '../measured.ts';
import { slice_columns } from '../slices.ts';
import { earlier_max, type Row } from '../store.ts';
import { before_portion, in_portion, type Portion, readPortion } from './portion.ts';
import { inputOf, outputOf, PortionMessages } from './portion-messages.ts';
import { readTraces, type Traces } from './trace-summaries.ts';

const columns = [
  ...['tenant', 'trace_id', 'span_id', 'conversation_id', 'start_time AS time', 'ingest_time'],
  ...new Set([...slice_columns, ...measured_columns]),
  ...['input_messages[-1] AS last_input', 'output_messages[-1] AS last_output'],
  'coalesce(stored_time, ingest_time) AS stored_time',
].join(', ');
const order = 'ORDER BY ingest_time, trace_id, span_id';

/** Spans of the portion with their columns; those that are wanted with their texts, and their traces where they are roots. */
export async function readMeasuredSpans(portion: Portion): Promise<Row[]> {
  const spans = await readPortion(
    portion,
    `SELECT ${columns} FROM "${portion.day}".main.spans AS s WHERE ${in_portion} ${order}`,
  );
  portion.selection.see(portion.mark, spans.map(toCandidate));
  return await complete(spans, portion);
}

/** The same of spans that were worked off before, of the conversations in the portion that anybody will look at. */
export async function readEarlierSpans(portion: Portion, spans: readonly Row[]): Promise<Row[]> {
  const wanted = spans.filter((span) => portion.selection.takes(toCandidate(span)));
  const conversations = new Set(wanted.flatMap(({ conversation_id }) => (conversation_id as string) ?? []));
  if (conversations.size === 0) return [];
  const earlier = await readPortion(
    portion,
    `SELECT ${columns} FROM "${portion.day}".main.spans WHERE rowid IN (
      SELECT rowid FROM "${portion.day}".main.spans AS s
      WHERE ${before_portion} AND conversation_id IN (SELECT unnest($conversations))
      QUALIFY row_number() OVER (
        PARTITION BY tenant, conversation_id ORDER BY ingest_time DESC, trace_id DESC, span_id DESC
      ) <= ${earlier_max}
    ) ${order}`,
    { conversations: [...conversations] },
  );
  const tenants = new Set(wanted.map(({ tenant }) => tenant));
  return await complete(
    earlier.filter(({ tenant }) => tenants.has(tenant)),
    portion,
  );
}

async function complete(spans: readonly Row[], portion: Portion): Promise<Row[]> {
  const wanted = new Set(spans.filter((span) => portion.selection.takes(toCandidate(span))));
  const messages = new PortionMessages(portion);
  await messages.readTexts([...wanted].flatMap((span) => [...inputOf(span), ...outputOf(span)]));
  const traces = await readTraces(
    portion,
    [...wanted].filter(({ parent_span_id }) => parent_span_id === null),
  );
  return spans.map((span) => (wanted.has(span) ? completed(span, messages, traces) : incomplete(span)));
}

function completed(span: Row, messages: PortionMessages, traces: Traces): Row {
  const input = inputOf(span);
  const is_asked = input.some((pointer) => messages.find(pointer)?.role === 'user');
  return {
    ...span,
    input_text: is_asked ? shortened(messages.textOf(input)) : null,
    output_text: shortened(messages.textOf(outputOf(span))),
    ...traces.get(span),
  };
}

function incomplete(span: Row): Row {
  return { ...span, input_text: null, output_text: null };
}

function shortened(text: string | null): string | null {
  return text === null ? null : beginningOf(text, text_characters_max);
}
