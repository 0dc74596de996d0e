import {
  embedded_characters_max,
  measured_columns,
  span_wait_us,
  text_characters_max,
  toEmbedRow,
  toEvaluationRow,
  toMeasureRow,
  toSketchRow,
  trace_lead_us,
} from '../measured.ts';
import { slice_columns } from '../slices.ts';
import { earlier_max, type QueueName, type QueueRow, type Row } from '../store.ts';

/**
 * Where the rows of a queue come from. Parameters are the bounds of a day, the ingest times of the portion, and for
 * `earlier` those of what was worked off before.
 */
interface QueueSource {
  /** Has a parameter more where spans are measured, `arguments_key`. */
  readonly rows: string;
  /** Rows worked off before that share a conversation with the portion; null where the queue has no use for them. */
  readonly earlier: string | null;
  toRow(row: Row): QueueRow<QueueName>;
}

const span_day = 'start_time >= TIMESTAMP_MICROS(@from_us) AND start_time < TIMESTAMP_MICROS(@to_us)';
const vector_day = 'time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)';
const message_day = 'first_time >= TIMESTAMP_MICROS(@from_us) AND first_time < TIMESTAMP_MICROS(@to_us)';
const in_portion = 'UNIX_MICROS(ingest_time) IN UNNEST(@ingest_times)';
const day_us = 86_400_000_000;
const in_earlier = 'UNIX_MICROS(ingest_time) IN UNNEST(@earlier_times)';
// A span that was streamed twice is one span.
const each_span_once = 'ROW_NUMBER() OVER (PARTITION BY tenant, trace_id, span_id ORDER BY ingest_time) = 1';

const texts = `texts AS (
  SELECT tenant, message_hash, role, text
  FROM messages
  WHERE ${message_day} AND text <> ''
  QUALIFY ROW_NUMBER() OVER (PARTITION BY tenant, message_hash ORDER BY ingest_time) = 1
)`;
const last_messages = `IF(ARRAY_LENGTH(input_messages) > 0, ARRAY_LAST(input_messages), NULL) AS last_input,
  IF(ARRAY_LENGTH(output_messages) > 0, ARRAY_LAST(output_messages), NULL) AS last_output`;

const vectors = `SELECT tenant, trace_id, span_id, conversation_id, feature, slices, UNIX_MICROS(time) AS time,
    encoder, dimension, vector, text_hash, sampling_probability, UNIX_MICROS(ingest_time) AS ingest_time
  FROM embeddings`;
const vector_order = 'ORDER BY ingest_time, trace_id, span_id, text_hash';

export const queueSources: Readonly<Record<QueueName, QueueSource>> = {
  embed: {
    rows: `WITH waiting AS (
      SELECT *, ${last_messages}
      FROM spans
      WHERE ${span_day} AND ${in_portion}
        AND is_leaf AND operation IN ('chat', 'generate_content', 'text_completion')
      QUALIFY ${each_span_once}
    ),
    ${texts}
    SELECT waiting.tenant, trace_id, span_id, conversation_id, UNIX_MICROS(start_time) AS time,
      UNIX_MICROS(ingest_time) AS ingest_time, q.message_hash AS text_hash,
      LEFT(q.text, ${embedded_characters_max}) AS text, o.message_hash AS output_hash,
      LEFT(o.text, ${embedded_characters_max}) AS output_text,
      ${slice_columns.join(', ')}
    FROM waiting
    JOIN texts AS q ON q.tenant = waiting.tenant AND q.message_hash = last_input AND q.role = 'user'
    LEFT JOIN texts AS o ON o.tenant = waiting.tenant AND o.message_hash = last_output
    ORDER BY ingest_time, trace_id, span_id`,
    earlier: null,
    toRow: toEmbedRow,
  },
  sketch: {
    rows: `${vectors} WHERE ${vector_day} AND ${in_portion} ${vector_order}`,
    earlier: `${vectors}
      WHERE ${vector_day} AND ${in_earlier} AND conversation_id IN (
        SELECT conversation_id FROM embeddings
        WHERE ${vector_day} AND ${in_portion} AND conversation_id IS NOT NULL)
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY tenant, feature, encoder, dimension, conversation_id
        ORDER BY embeddings.ingest_time DESC, trace_id DESC, span_id DESC, text_hash DESC
      ) <= ${earlier_max}
      ${vector_order}`,
    toRow: toSketchRow,
  },
  measure: {
    rows: measuredSpans(`${in_portion} QUALIFY ${each_span_once}`),
    earlier: measuredSpans(`${in_earlier} AND conversation_id IN (
        SELECT conversation_id FROM spans
        WHERE ${span_day} AND ${in_portion} AND conversation_id IS NOT NULL)
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY tenant, conversation_id ORDER BY spans.ingest_time DESC, trace_id DESC, span_id DESC
      ) <= ${earlier_max}`),
    toRow: toMeasureRow,
  },
  score: {
    rows: `${judgedSpans(in_portion)} SELECT * FROM judged ORDER BY ingest_time, trace_id, span_id, score_id`,
    earlier: `${judgedSpans(`(${in_portion} OR ${in_earlier})`)}
      SELECT * FROM judged
      WHERE ingest_time IN UNNEST(@earlier_times) AND subject IN (
        SELECT subject FROM judged
        WHERE ingest_time IN UNNEST(@ingest_times) AND subject IS NOT NULL)
      QUALIFY ROW_NUMBER() OVER (
        PARTITION BY tenant, subject ORDER BY ingest_time DESC, trace_id DESC, span_id DESC, score_id DESC
      ) <= ${earlier_max}
      ORDER BY ingest_time, trace_id, span_id, score_id`,
    toRow: toEvaluationRow,
  },
};

/** Of a trace counts what was stored until its root was, so that it is the same whenever it is asked. */
function measuredSpans(condition: string): string {
  const columns = [...new Set<string>([...slice_columns, ...measured_columns])];
  return `WITH chosen AS (
      SELECT *, ${last_messages}
      FROM spans
      WHERE ${span_day} AND ${condition}
    ),
    calls AS (
      SELECT tenant, trace_id, start_time, ingest_time, is_leaf, tool_name,
        COALESCE(operation, '') = 'execute_tool' AS is_tool,
        LAX_STRING(attributes[@arguments_key]) AS arguments
      FROM spans
      WHERE ${span_day}
      QUALIFY ${each_span_once}
    ),
    steps AS (
      SELECT r.tenant, r.trace_id, r.span_id, c.is_leaf, c.tool_name, c.is_tool, c.arguments
      FROM chosen AS r
      JOIN calls AS c ON c.tenant = r.tenant AND c.trace_id = r.trace_id AND c.ingest_time <= r.ingest_time
        AND UNIX_MICROS(c.start_time) >= UNIX_MICROS(r.start_time) - ${trace_lead_us}
      WHERE r.parent_span_id IS NULL
    ),
    traces AS (
      SELECT tenant, trace_id, span_id,
        COUNTIF(is_leaf OR is_tool) AS steps,
        COUNTIF(is_tool) AS tool_calls,
        COUNTIF(is_tool AND arguments IS NOT NULL)
          - COUNT(DISTINCT IF(is_tool, COALESCE(tool_name, '') || ' ' || arguments, NULL)) AS repeated_tool_calls
      FROM steps
      GROUP BY tenant, trace_id, span_id
    ),
    ${texts}
    SELECT s.tenant, s.trace_id, s.span_id, s.conversation_id, UNIX_MICROS(s.start_time) AS time,
      UNIX_MICROS(s.ingest_time) AS ingest_time, ${columns.map((column) => `s.${column}`).join(', ')},
      LEFT(q.text, ${text_characters_max}) AS input_text, LEFT(o.text, ${text_characters_max}) AS output_text,
      t.steps, t.tool_calls, t.repeated_tool_calls
    FROM chosen AS s
    LEFT JOIN texts AS q ON q.tenant = s.tenant AND q.message_hash = s.last_input AND q.role = 'user'
    LEFT JOIN texts AS o ON o.tenant = s.tenant AND o.message_hash = s.last_output
    LEFT JOIN traces AS t ON t.tenant = s.tenant AND t.trace_id = s.trace_id AND t.span_id = s.span_id
    ORDER BY ingest_time, trace_id, span_id`;
}

/**
 * Evaluations, those that were repeated once, with what is known of their spans, which may be of the day before. Their
 * subject is a conversation, or a span that belongs to none.
 */
function judgedSpans(condition: string): string {
  return `WITH firsts AS (
      SELECT * FROM scores
      WHERE ${vector_day} AND source <> 'detector'
      QUALIFY ROW_NUMBER() OVER (PARTITION BY tenant, score_id ORDER BY ingest_time) = 1
    ),
    once AS (SELECT * FROM firsts WHERE ${condition}),
    subjects AS (
      SELECT tenant, trace_id, span_id, ingest_time, conversation_id, ${slice_columns.join(', ')}
      FROM spans
      WHERE start_time >= TIMESTAMP_MICROS(@from_us - ${day_us}) AND start_time < TIMESTAMP_MICROS(@to_us)
      QUALIFY ${each_span_once}
    ),
    joined AS (
      SELECT e.tenant, e.score_id, e.name, e.source, e.trace_id, e.span_id, UNIX_MICROS(e.time) AS time,
        UNIX_MICROS(e.ingest_time) AS ingest_time, e.value, e.label, p.conversation_id,
        ${slice_columns.map((column) => `p.${column}`).join(', ')}
      FROM once AS e
      LEFT JOIN subjects AS p
        ON p.tenant = e.tenant AND p.trace_id = e.trace_id AND p.span_id = e.span_id
          AND UNIX_MICROS(p.ingest_time) <= UNIX_MICROS(e.ingest_time) + ${span_wait_us}
    ),
    judged AS (
      SELECT *, COALESCE('conversation ' || conversation_id, 'span ' || trace_id || ' ' || span_id) AS subject
      FROM joined
    )`;
}
