import {
  embedded_characters_max,
  measured_columns,
  span_wait_us,
  text_characters_max,
  toEmbedRow,
  toEvaluationRow,
  toMeasureRow,
  tool_arguments_key,
  toSketchRow,
} from '../measured.ts';
import { slice_columns } from '../slices.ts';
import { earlier_max, type QueueName, type QueueRow, type Row } from '../store.ts';

/**
 * Where the rows of a queue come from, in the file of a day. `$mark` is the ingest time up to which the queue was
 * worked off, `$through` that of the last row of the portion.
 */
interface QueueSource {
  readonly base: 'spans' | 'embeddings' | 'scores';
  /** Rows `s` of the base table that may belong to the queue. */
  readonly condition: string;
  /** The rows of a portion; spans they are about may be on other days too. */
  rows(day: string, span_days: readonly string[]): string;
  /** Rows worked off before that share a conversation with the portion; null where the queue has no use for them. */
  readonly earlier: ((day: string, span_days: readonly string[]) => string) | null;
  toRow(row: Row): QueueRow<QueueName>;
}

const in_portion =
  's.ingest_time > make_timestamp($mark::BIGINT) AND s.ingest_time <= make_timestamp($through::BIGINT)';
const asks = `s.is_leaf AND s.operation IN ('chat', 'generate_content', 'text_completion')`;
const is_evaluation = `s.source <> 'detector'`;
const order = 'ORDER BY ingest_time, trace_id, span_id';

export const queueSources: Readonly<Record<QueueName, QueueSource>> = {
  embed: {
    base: 'spans',
    condition: asks,
    rows: (day) => `
      SELECT s.tenant, s.trace_id, s.span_id, s.conversation_id, s.start_time AS time, s.ingest_time,
        m.message_hash AS text_hash, left(m.text, ${embedded_characters_max}) AS text,
        o.message_hash AS output_hash, left(o.text, ${embedded_characters_max}) AS output_text,
        ${named('s', slice_columns)}
      FROM (SELECT * FROM "${day}".main.spans AS s WHERE ${in_portion} AND ${asks}) AS s
      JOIN "${day}".main.messages AS m
        ON m.tenant = s.tenant AND m.message_hash = s.input_messages[-1] AND m.role = 'user' AND m.text <> ''
      LEFT JOIN "${day}".main.messages AS o
        ON o.tenant = s.tenant AND o.message_hash = s.output_messages[-1] AND o.text <> ''
      ORDER BY s.ingest_time, s.trace_id, s.span_id`,
    earlier: null,
    toRow: toEmbedRow,
  },
  sketch: {
    base: 'embeddings',
    condition: 'true',
    rows: (day) => `SELECT * FROM "${day}".main.embeddings AS s WHERE ${in_portion} ${order}, text_hash`,
    earlier: (day) => `
      SELECT * FROM "${day}".main.embeddings AS s
      WHERE ${earlierOf(day, 'embeddings')}
      QUALIFY row_number() OVER (
        PARTITION BY tenant, feature, encoder, dimension, conversation_id
        ORDER BY ingest_time DESC, trace_id DESC, span_id DESC, text_hash DESC
      ) <= ${earlier_max}
      ${order}, text_hash`,
    toRow: toSketchRow,
  },
  measure: {
    base: 'spans',
    condition: 'true',
    rows: (day) => measuredSpans(day, `SELECT * FROM "${day}".main.spans AS s WHERE ${in_portion}`),
    earlier: (day) =>
      measuredSpans(
        day,
        `SELECT * FROM "${day}".main.spans AS s
        WHERE ${earlierOf(day, 'spans')}
        QUALIFY row_number() OVER (
          PARTITION BY tenant, conversation_id ORDER BY ingest_time DESC, trace_id DESC, span_id DESC
        ) <= ${earlier_max}`,
      ),
    toRow: toMeasureRow,
  },
  score: {
    base: 'scores',
    condition: is_evaluation,
    rows: (day, span_days) =>
      `${judgedSpans(day, span_days)} SELECT * FROM judged AS s WHERE ${in_portion} ${order}, score_id`,
    earlier: (day, span_days) => `
      ${judgedSpans(day, span_days)}
      SELECT * FROM judged AS s
      WHERE s.ingest_time <= make_timestamp($mark::BIGINT) AND s.conversation_id IN (
        SELECT conversation_id FROM judged AS s WHERE ${in_portion} AND conversation_id IS NOT NULL)
      QUALIFY row_number() OVER (
        PARTITION BY tenant, conversation_id ORDER BY ingest_time DESC, trace_id DESC, span_id DESC, score_id DESC
      ) <= ${earlier_max}
      ${order}, score_id`,
    toRow: toEvaluationRow,
  },
};

function earlierOf(day: string, table: 'spans' | 'embeddings'): string {
  return `s.ingest_time <= make_timestamp($mark::BIGINT) AND s.conversation_id IN (
    SELECT conversation_id FROM "${day}".main.${table} AS s WHERE ${in_portion} AND conversation_id IS NOT NULL)`;
}

/** Of a trace counts what was stored until its root was, so that it is the same whenever it is asked. */
function measuredSpans(day: string, chosen: string): string {
  return `
    WITH chosen AS MATERIALIZED (${chosen}),
    steps AS (
      SELECT r.tenant, r.trace_id, r.span_id, c.is_leaf, c.tool_name,
        coalesce(c.operation, '') = 'execute_tool' AS is_tool,
        json_extract_string(c.attributes, '$."${tool_arguments_key}"') AS arguments
      FROM chosen AS r
      JOIN "${day}".main.spans AS c
        ON c.tenant = r.tenant AND c.trace_id = r.trace_id AND c.ingest_time <= r.ingest_time
      WHERE r.parent_span_id IS NULL
    ),
    traces AS (
      SELECT tenant, trace_id, span_id,
        count(*) FILTER (is_leaf OR is_tool) AS steps,
        count(*) FILTER (is_tool) AS tool_calls,
        count(*) FILTER (is_tool AND arguments IS NOT NULL)
          - count(DISTINCT coalesce(tool_name, '') || ' ' || arguments) FILTER (is_tool) AS repeated_tool_calls
      FROM steps
      GROUP BY tenant, trace_id, span_id
    )
    SELECT s.tenant, s.trace_id, s.span_id, s.conversation_id, s.start_time AS time, s.ingest_time,
      ${named('s', [...new Set([...slice_columns, ...measured_columns])])},
      left(q.text, ${text_characters_max}) AS input_text, left(o.text, ${text_characters_max}) AS output_text,
      t.steps, t.tool_calls, t.repeated_tool_calls
    FROM chosen AS s
    LEFT JOIN "${day}".main.messages AS q
      ON q.tenant = s.tenant AND q.message_hash = s.input_messages[-1] AND q.role = 'user'
    LEFT JOIN "${day}".main.messages AS o ON o.tenant = s.tenant AND o.message_hash = s.output_messages[-1]
    LEFT JOIN traces AS t ON t.tenant = s.tenant AND t.trace_id = s.trace_id AND t.span_id = s.span_id
    ORDER BY s.ingest_time, s.trace_id, s.span_id`;
}

/** Evaluations until the end of the portion, those that were repeated once, with what is known of their spans. */
function judgedSpans(day: string, span_days: readonly string[]): string {
  const columns = ['tenant', 'trace_id', 'span_id', 'ingest_time', 'conversation_id', ...slice_columns];
  const spans = span_days.map((span_day) => `SELECT ${columns.join(', ')} FROM "${span_day}".main.spans`);
  return `
    WITH once AS (
      SELECT * FROM "${day}".main.scores AS s
      WHERE ${is_evaluation} AND s.ingest_time <= make_timestamp($through::BIGINT)
      QUALIFY row_number() OVER (PARTITION BY tenant, score_id ORDER BY ingest_time) = 1
    ),
    judged AS (
      SELECT e.tenant, e.score_id, e.name, e.source, e.trace_id, e.span_id, e.time, e.ingest_time, e.value, e.label,
        p.conversation_id, ${named('p', slice_columns)}
      FROM once AS e
      LEFT JOIN (${spans.join(' UNION ALL ')}) AS p
        ON p.tenant = e.tenant AND p.trace_id = e.trace_id AND p.span_id = e.span_id
          AND p.ingest_time <= e.ingest_time + INTERVAL ${span_wait_us} MICROSECONDS
    )`;
}

function named(alias: string, columns: readonly string[]): string {
  return columns.map((column) => `${alias}.${column}`).join(', ');
}
