import { hash } from 'node:crypto';
import type { DecodedSpan } from '../decode/records.ts';
import { type Evaluation, readEvaluation } from '../normalise/evaluation.ts';
import { toJsonObject } from '../normalise/json.ts';
import type { NewRow } from '../stores/schema.ts';
import { microseconds } from './times.ts';

/** The evaluations among the events of a span. */
export function spanScores(span: DecodedSpan, tenant: string): readonly NewRow<'scores'>[] {
  return span.events.flatMap((event) => {
    const evaluation = readEvaluation(event);
    if (evaluation === undefined) return [];
    const { trace_id, span_id } = span;
    const time = microseconds(span.start_time_ns);
    return [scoreRow(evaluation, { tenant, trace_id, span_id, time, said_ns: event.time_ns })];
  });
}

export interface ScoreSubject {
  readonly tenant: string;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  /** Start of the span where it is known, else the time of the record; microseconds. */
  readonly time: number;
  /** When the sender says that it judged: a record that is sent again says the same. */
  readonly said_ns: bigint;
}

export function scoreRow(evaluation: Evaluation, subject: ScoreSubject): NewRow<'scores'> {
  const { name, source, value, label, explanation, others } = evaluation;
  const { tenant, trace_id, span_id, time } = subject;
  return {
    tenant,
    score_id: scoreId(evaluation, subject),
    time,
    name,
    source,
    trace_id,
    span_id,
    feature: null,
    slice_key: null,
    slice_value: null,
    window_start: null,
    window_end: null,
    value,
    label,
    explanation,
    details: others.size === 0 ? null : JSON.stringify(toJsonObject(others)),
  };
}

/** The same judgement of the same thing at the same time is one score, however often and by which way it comes. */
function scoreId(evaluation: Evaluation, { tenant, trace_id, span_id, said_ns }: ScoreSubject): string {
  const { name, source, value, label, explanation, response_id } = evaluation;
  const identity = [tenant, trace_id, span_id, response_id, name, source, value, label, explanation];
  return hash('sha256', JSON.stringify([...identity, String(said_ns)]), 'hex').slice(0, 32);
}
