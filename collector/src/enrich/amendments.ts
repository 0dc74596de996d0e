import * as semconv from '@sextant/sdk/semconv';
import type { AttributeMap } from '../decode/records.ts';
import { type EventContent, joinEvents } from '../normalise/event-messages.ts';
import { readText } from '../normalise/read.ts';
import type { Amendment } from '../stores/store.ts';
import { collectMessages } from './messages.ts';

/** A log record that is a GenAI event of a span. */
export interface EventOfSpan {
  readonly trace_id: string;
  readonly span_id: string;
  /** Microseconds; of the arrival where the sender gave none. */
  readonly time: number;
  /** As sent, 0n where the sender gave none. */
  readonly time_ns: bigint;
  readonly attributes: AttributeMap;
  readonly content: EventContent;
}

export interface SpanContent {
  /** Undefined when the events say nothing a span has a column for. */
  readonly amendment: Amendment | undefined;
  /** The messages of each event. */
  readonly hashes: ReadonlyMap<
    EventOfSpan,
    { readonly input: readonly string[]; readonly output: readonly string[] }
  >;
}

/**
 * What the events of one span in one request know about it, in the order of their times, then of their arrival.
 *
 * A column is filled once. Senders give all messages of the input at the start of a call and the answer at its end,
 * so that the two may come in different requests and both find their column. Where a sender cuts the messages of
 * one side in two requests, the first request fills the column; the others are found through the rows of `logs`.
 */
export function spanContent(events: readonly EventOfSpan[], tenant: string): SpanContent {
  const ordered = events.toSorted((a, b) => Number(a.time_ns - b.time_ns));
  const [first] = ordered as [EventOfSpan];
  const { trace_id, span_id, time } = first;
  const messages = collectMessages({ tenant, first_time: time });
  const hashed = ordered.map((event) => ({
    event,
    form: event.content.form,
    input: event.content.input.map(messages.add),
    output: event.content.output.map(messages.add),
    finish_reasons: event.content.finish_reasons,
  }));
  const text = (name: string) => ordered.map((event) => readText(event.attributes, [name])).find(isGiven);
  const columns = withoutAbsent({
    input_messages: joinEvents(hashed, (event) => event.input),
    output_messages: joinEvents(hashed, (event) => event.output),
    finish_reasons: joinEvents(hashed, (event) => event.finish_reasons),
    response_id: text(semconv.GEN_AI_RESPONSE_ID),
    response_model: text(semconv.GEN_AI_RESPONSE_MODEL),
    conversation_id: text(semconv.GEN_AI_CONVERSATION_ID),
  });
  const amendment = { tenant, trace_id, span_id, time, columns, messages: messages.rows() };
  return {
    amendment: Object.keys(columns).length === 0 ? undefined : amendment,
    hashes: new Map(hashed.map(({ event, input, output }) => [event, { input, output }])),
  };
}

type Draft = { readonly [Name in keyof Amendment['columns']]: Amendment['columns'][Name] | undefined };

function withoutAbsent(draft: Draft): Amendment['columns'] {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => isGiven(value)));
}

function isGiven<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
