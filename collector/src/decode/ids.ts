import type { Rejection } from './records.ts';

const hex = /^[0-9a-f]*$/;
const zeros = /^0*$/;

export function isTraceId(id: string): boolean {
  return isId(id, 32);
}

export function isSpanId(id: string): boolean {
  return isId(id, 16);
}

/** Why a span with these ids cannot be stored, or null when it can. */
export function rejectIds(trace_id: string, span_id: string): Rejection | null {
  if (!isTraceId(trace_id)) return refused('invalid_trace_id', 'trace id must be 16 bytes, not all zero');
  if (!isSpanId(span_id)) return refused('invalid_span_id', 'span id must be 8 bytes, not all zero');
  return null;
}

function isId(id: string, digits: number): boolean {
  return id.length === digits && hex.test(id) && !zeros.test(id);
}

function refused(reason: Rejection['reason'], message: string): Rejection {
  return { reason, message, span_lost: true };
}
