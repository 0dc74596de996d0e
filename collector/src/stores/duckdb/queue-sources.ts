import { span_wait_us, toEmbedRow, toEvaluationRow, toMeasureRow, toSketchRow } from '../measured.ts';
import { slice_columns } from '../slices.ts';
import { earlier_max, type QueueName, type QueueRow, type Row } from '../store.ts';
import { asks, readAskedMessages } from './asked-messages.ts';
import { dayBefore } from './days.ts';
import { readEarlierSpans, readMeasuredSpans } from './measured-spans.ts';
import {
  before_portion,
  in_portion,
  type Portion,
  readPortion,
  readWanted,
  type Selected,
} from './portion.ts';

/** Where the rows of a queue come from, in the file of a day. */
interface QueueSource {
  readonly base: 'spans' | 'embeddings' | 'scores';
  /** Rows `s` of the base table that may belong to the queue. */
  readonly condition: string;
  /** Rows of a portion that are wanted. */
  rows(portion: Portion): Promise<Selected>;
  /** Rows worked off before that belong together with those; null where the queue has no use for them. */
  readonly earlier: ((portion: Portion, rows: readonly Row[]) => Promise<Row[]>) | null;
  toRow(row: Row): QueueRow<QueueName>;
}

const is_evaluation = `s.source <> 'detector'`;
const vector_order = 'ORDER BY ingest_time, trace_id, span_id, text_hash';

export const queueSources: Readonly<Record<QueueName, QueueSource>> = {
  embed: {
    base: 'spans',
    condition: asks,
    rows: readAskedMessages,
    earlier: null,
    toRow: toEmbedRow,
  },
  sketch: {
    base: 'embeddings',
    condition: 'true',
    rows: (portion) =>
      readWanted(
        portion,
        `SELECT * FROM "${portion.day}".main.embeddings AS s WHERE ${in_portion} ${vector_order}`,
      ),
    earlier: (portion) => readPortion(portion, earlierVectors(portion.day)),
    toRow: toSketchRow,
  },
  measure: {
    base: 'spans',
    condition: 'true',
    rows: readMeasuredSpans,
    earlier: readEarlierSpans,
    toRow: toMeasureRow,
  },
  score: {
    base: 'scores',
    condition: is_evaluation,
    rows: (portion) =>
      readWanted(
        portion,
        `${judgedSpans(portion)} SELECT * FROM judged AS s WHERE ${in_portion}
        ORDER BY ingest_time, trace_id, span_id, score_id`,
      ),
    earlier: (portion) =>
      readPortion(
        portion,
        `${judgedSpans(portion)}
        SELECT * FROM judged AS s
        WHERE ${before_portion} AND s.subject IN (
          SELECT subject FROM judged AS s WHERE ${in_portion} AND subject IS NOT NULL)
        QUALIFY row_number() OVER (
          PARTITION BY tenant, subject ORDER BY ingest_time DESC, trace_id DESC, span_id DESC, score_id DESC
        ) <= ${earlier_max}
        ORDER BY ingest_time, trace_id, span_id, score_id`,
      ),
    toRow: toEvaluationRow,
  },
};

function earlierVectors(day: string): string {
  return `
    SELECT * FROM "${day}".main.embeddings WHERE rowid IN (
      SELECT rowid FROM "${day}".main.embeddings AS s
      WHERE ${before_portion} AND s.conversation_id IN (
        SELECT conversation_id FROM "${day}".main.embeddings AS s
        WHERE ${in_portion} AND conversation_id IS NOT NULL)
      QUALIFY row_number() OVER (
        PARTITION BY tenant, feature, encoder, dimension, conversation_id
        ORDER BY ingest_time DESC, trace_id DESC, span_id DESC, text_hash DESC
      ) <= ${earlier_max}
    ) ${vector_order}`;
}

/**
 * Evaluations until the end of the portion, those that were repeated once, with what is known of their spans. Their
 * subject is a conversation, or a span that belongs to none.
 */
function judgedSpans({ files, day }: Portion): string {
  const columns = [
    ...['tenant', 'trace_id', 'span_id', 'conversation_id', 'conversation_time', ...slice_columns],
    'coalesce(stored_time, ingest_time) AS stored_time',
  ];
  const heard_until = `e.ingest_time + INTERVAL ${span_wait_us} MICROSECONDS`;
  const span_days = [day, dayBefore(day)].filter((span_day) => files.get(span_day));
  const spans = span_days.map((span_day) => `SELECT ${columns.join(', ')} FROM "${span_day}".main.spans`);
  return `
    WITH once AS (
      SELECT * FROM "${day}".main.scores AS s
      WHERE ${is_evaluation} AND s.ingest_time <= make_timestamp($through_us::BIGINT)
      QUALIFY row_number() OVER (PARTITION BY tenant, score_id ORDER BY ingest_time) = 1
    ),
    joined AS (
      SELECT e.tenant, e.score_id, e.name, e.source, e.trace_id, e.span_id, e.time, e.ingest_time, e.value, e.label,
        CASE WHEN coalesce(p.conversation_time <= ${heard_until}, true) THEN p.conversation_id END AS conversation_id,
        ${slice_columns.map((column) => `p.${column}`).join(', ')}
      FROM once AS e
      LEFT JOIN (${spans.join(' UNION ALL ')}) AS p
        ON p.tenant = e.tenant AND p.trace_id = e.trace_id AND p.span_id = e.span_id AND p.stored_time <= ${heard_until}
    ),
    judged AS (
      SELECT *, coalesce('conversation ' || conversation_id, 'span ' || trace_id || ' ' || span_id) AS subject
      FROM joined
    )`;
}
