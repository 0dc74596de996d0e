import { createHash } from 'node:crypto';
import { toBytes } from './control.ts';
import type { StreamKey } from './streams.ts';

export const minute_us = 60_000_000;
const day_us = 86_400_000_000;

/** A value of a feature, and where it comes from. Times are microseconds since 1970. */
export interface Observation extends StreamKey {
  readonly trace_id: string;
  readonly span_id: string;
  readonly conversation_id: string | null;
  readonly time: number;
  readonly ingest_time: number;
  readonly slices: Readonly<Record<string, string>>;
  readonly value: unknown;
  /** Knows the value by what it is, not by where it came: the same row may be handed out again. */
  readonly value_key: string;
  /** Share of conversations taken when it was; null where all were. */
  readonly sampling_probability: number | null;
}

type Place = Pick<Observation, 'trace_id' | 'span_id' | 'conversation_id' | 'time'>;

/**
 * What counts as one: a conversation within a day, or a span that belongs to none. Messages of one conversation
 * resemble each other, so that ten of them say less than ten conversations.
 */
export function unitKey({ trace_id, span_id, conversation_id, time }: Place): string {
  if (conversation_id === null) return `span:${trace_id}:${span_id}`;
  // Hashed, because what is erased is not to be found here any more.
  const digest = createHash('sha256').update(conversation_id).digest('hex').slice(0, 32);
  return `conversation:${Math.floor(time / day_us)}:${digest}`;
}

export function minuteOf(time_us: number): number {
  return Math.floor(time_us / minute_us) * minute_us;
}

/** Begins with the trace and the span, by which `forget-removed.ts` finds what was removed. */
export function valueKey({ trace_id, span_id }: Place, value: unknown, place: string | number): string {
  const bytes = value instanceof Float32Array ? toBytes(value) : JSON.stringify(value);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return `${trace_id}:${span_id}:${place}:${digest}`;
}
