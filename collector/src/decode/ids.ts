import type { Rejection } from './records.ts';

const trace_id_form = /^(?!0+$)[0-9a-f]{32}$/;
const span_id_form = /^(?!0+$)[0-9a-f]{16}$/;
const zeros = /^0*$/;

export function isTraceId(id: string): boolean {
  return trace_id_form.test(id);
}

export function isSpanId(id: string): boolean {
  return span_id_form.test(id);
}

/** Why a span with these ids cannot be stored, or null when it can. */
export function rejectIds(trace_id: string, span_id: string): Rejection | null {
  if (!isTraceId(trace_id)) return invalid_trace_id;
  return isSpanId(span_id) ? null : invalid_span_id;
}

export const invalid_trace_id: Rejection = {
  reason: 'invalid_trace_id',
  message: 'trace id must be 16 bytes, not all zero',
  item_lost: true,
};

export const invalid_span_id: Rejection = {
  reason: 'invalid_span_id',
  message: 'span id must be 8 bytes, not all zero',
  item_lost: true,
};

/** An id that may be absent. What holds it is kept even if the id is invalid. */
export type Reference = keyof typeof left_out;

const left_out = {
  parent_span_id: leftOut('invalid_span_id', 'parent span id must be 8 bytes and was left out'),
  log_trace_id: leftOut('invalid_trace_id', 'trace id of a log record must be 16 bytes and was left out'),
  log_span_id: leftOut('invalid_span_id', 'span id of a log record must be 8 bytes and was left out'),
  exemplar_trace_id: leftOut('invalid_trace_id', 'trace id of an exemplar must be 16 bytes and was left out'),
  exemplar_span_id: leftOut('invalid_span_id', 'span id of an exemplar must be 8 bytes and was left out'),
} as const;

/**
 * The id as given, or null for none. Some senders write zeros for none. An invalid id is taken for none as OTLP
 * asks of receivers (logs.proto, `trace_id`), and is reported.
 */
export function optionalId(id: string, reference: Reference, rejections: Rejection[]): string | null {
  if (id === '') return null;
  if (reference.endsWith('trace_id') ? isTraceId(id) : isSpanId(id)) return id;
  if (!zeros.test(id)) rejections.push(invalidReference(reference));
  return null;
}

export function invalidReference(reference: Reference): Rejection {
  return left_out[reference];
}

function leftOut(reason: Rejection['reason'], message: string): Rejection {
  return { reason, message, item_lost: false };
}
