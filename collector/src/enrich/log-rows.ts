import * as semconv from '@sextant/sdk/semconv';
import type { DecodedLog } from '../decode/records.ts';
import { readEvaluation } from '../normalise/evaluation.ts';
import { type KeptPlaces, type NamedEvent, readEvent } from '../normalise/event-messages.ts';
import { toJsonObject, toJsonValue } from '../normalise/json.ts';
import { readText } from '../normalise/read.ts';
import type { NewRow } from '../stores/schema.ts';
import type { Amendment } from '../stores/store.ts';
import { type EventOfSpan, type SpanContent, spanContent } from './amendments.ts';
import { attributesJson, type ResourceJson, rememberResources } from './json-columns.ts';
import { scoreRow } from './score-rows.ts';
import { microseconds, timeOfLog } from './times.ts';

export interface LogRows {
  readonly logs: readonly NewRow<'logs'>[];
  readonly amendments: readonly Amendment[];
  readonly scores: readonly NewRow<'scores'>[];
}

/** Who sent a request, and when it came. */
export interface Arrival {
  readonly tenant: string;
  readonly received_ms: number;
}

/**
 * Makes the rows of the log records of one request. Every record is a row of `logs`. What GenAI events among them
 * say about their span amends it as well, and evaluations are scores.
 */
export function logRows(logs: readonly DecodedLog[], arrival: Arrival): LogRows {
  const records = logs.map((log) => readRecord(log, arrival));
  const contents = spanContents(records, arrival.tenant);
  const resource_json = rememberResources();
  return {
    logs: records.map((record) => logRow(record, { arrival, contents, resource_json })),
    amendments: [...new Set(contents.values())].flatMap(({ amendment }) => amendment ?? []),
    scores: records.flatMap((record) => scoreOf(record, arrival) ?? []),
  };
}

interface LogRecord {
  readonly log: DecodedLog;
  readonly event: NamedEvent;
  /** Microseconds. */
  readonly time: number;
  /** Null where it brings no messages, or does not say of which span they are. */
  readonly of_span: EventOfSpan | null;
}

function readRecord(log: DecodedLog, { received_ms }: Arrival): LogRecord {
  const { trace_id, span_id, attributes, body } = log;
  const time = timeOfLog(log, received_ms);
  const event = { name: eventName(log) ?? '', attributes, body };
  const content = trace_id === null || span_id === null ? undefined : readEvent(event);
  if (trace_id === null || span_id === null || content === undefined)
    return { log, event, time, of_span: null };
  const time_ns = log.time_ns || log.observed_time_ns;
  return { log, event, time, of_span: { trace_id, span_id, time, time_ns, attributes, content } };
}

/** Older senders have the name of an event in an attribute. */
function eventName({ event_name, attributes }: DecodedLog): string | null {
  return event_name || (readText(attributes, ['event.name']) ?? null);
}

function spanContents(records: readonly LogRecord[], tenant: string): ReadonlyMap<EventOfSpan, SpanContent> {
  const events = records.flatMap((record) => record.of_span ?? []);
  const spans = Map.groupBy(events, ({ trace_id, span_id }) => `${trace_id} ${span_id}`);
  return new Map(
    [...spans.values()].flatMap((of_one_span) => {
      const content = spanContent(of_one_span, tenant);
      return of_one_span.map((event) => [event, content] as const);
    }),
  );
}

interface Surroundings {
  readonly arrival: Arrival;
  readonly contents: ReadonlyMap<EventOfSpan, SpanContent>;
  readonly resource_json: ResourceJson;
}

const nothing_kept: KeptPlaces = { attributes: new Set(), body: new Set() };

function logRow({ log, time, of_span }: LogRecord, surroundings: Surroundings): NewRow<'logs'> {
  const { arrival, contents, resource_json } = surroundings;
  const hashes = of_span === null ? undefined : contents.get(of_span)?.hashes.get(of_span);
  const kept = of_span?.content.kept ?? nothing_kept;
  return {
    tenant: arrival.tenant,
    time,
    observed_time: log.observed_time_ns === 0n ? null : microseconds(log.observed_time_ns),
    trace_id: log.trace_id,
    span_id: log.span_id,
    service: readText(log.resource.attributes, [semconv.SERVICE_NAME]) ?? null,
    severity_number: Number.isSafeInteger(log.severity_number) ? log.severity_number || null : null,
    severity_text: log.severity_text || null,
    event_name: eventName(log),
    input_messages: listOrNull(hashes?.input),
    output_messages: listOrNull(hashes?.output),
    body: bodyJson(log, kept),
    attributes: attributesJson(log.attributes, kept.attributes),
    resource: resource_json(log.resource, log.scope),
  };
}

function listOrNull(list: readonly string[] | undefined): readonly string[] | null {
  return list === undefined || list.length === 0 ? null : list;
}

function bodyJson({ body }: DecodedLog, kept: KeptPlaces): string | null {
  if (body === null || kept.body === 'whole') return null;
  return JSON.stringify(body instanceof Map ? toJsonObject(body, kept.body) : toJsonValue(body));
}

function scoreOf({ log, event, time }: LogRecord, { tenant }: Arrival): NewRow<'scores'> | undefined {
  const evaluation = readEvaluation(event);
  if (evaluation === undefined) return undefined;
  const { trace_id, span_id } = log;
  return scoreRow(evaluation, {
    tenant,
    trace_id,
    span_id,
    time,
    said_ns: log.time_ns || log.observed_time_ns,
  });
}
