import { isRecord, parseJson } from '../../normalise/json.ts';
import { stringifyExact } from '../exact-json.ts';
import { hashId, type IdDigits, readId } from '../ids.ts';
import { keyValues, type OtlpSpan, type ReplaySpan } from '../otlp.ts';
import { isoToNanoseconds } from '../times.ts';
import { demand, readEach, type SpanFormat } from './format.ts';
import { recordOf, textOf } from './sdk-fields.ts';

/**
 * A trace exported from Langfuse, `{trace, observations}`. Each observation becomes a span with the attributes
 * Langfuse's own OpenTelemetry SDK sends. Ids that are not hexadecimal are hashed, and kept as attributes.
 */
export const langfuse_export: SpanFormat = {
  name: 'Langfuse export',
  matches: (document) =>
    isRecord(document) && isRecord(document['trace']) && Array.isArray(document['observations']),
  read: (document) => {
    const { trace, observations } = recordOf(document);
    const list: readonly unknown[] = Array.isArray(observations) ? observations : [];
    return readEach(list.filter(isRecord), (observation) => readObservation(observation, recordOf(trace)));
  },
};

function readObservation(observation: Record<string, unknown>, trace: Record<string, unknown>): ReplaySpan {
  const trace_id = textOf(observation['traceId'] ?? trace['id']);
  const id = textOf(observation['id']);
  const parent = textOf(observation['parentObservationId']);
  const start = demand(isoToNanoseconds(observation['startTime']), 'start time');
  const metadata = recordOf(parsed(observation['metadata']));
  const failed = observation['level'] === 'ERROR';
  const span: OtlpSpan = {
    traceId: idOf(trace_id, 32),
    spanId: idOf(id, 16),
    ...(parent !== '' && { parentSpanId: idOf(parent, 16) }),
    name: textOf(observation['name']),
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(isoToNanoseconds(observation['endTime']) ?? start),
    attributes: keyValues({
      ...observationAttributes(observation, metadata),
      ...sessionAttributes(trace),
      ...(parent === '' && traceAttributes(trace)),
      ...originalIds({ id, trace_id }),
    }),
    status: failed ? { code: 2, message: textOf(observation['statusMessage']) } : { code: 0 },
  };
  return {
    span,
    resource: recordOf(metadata['resourceAttributes']),
    scope: { name: 'langfuse-sdk', version: '' },
  };
}

function observationAttributes(
  observation: Record<string, unknown>,
  metadata: Record<string, unknown>,
): Record<string, unknown> {
  const own = Object.entries(metadata).filter(([key]) => key !== 'resourceAttributes');
  return given({
    'langfuse.observation.type': textOf(observation['type']).toLowerCase(),
    'langfuse.observation.input': asJson(observation['input']),
    'langfuse.observation.output': asJson(observation['output']),
    'langfuse.observation.level': observation['level'],
    'langfuse.observation.status_message': observation['statusMessage'],
    'langfuse.observation.model.name': observation['model'],
    'langfuse.observation.model.parameters': asJson(observation['modelParameters']),
    'langfuse.observation.usage_details': asJson(observation['usageDetails']),
    'langfuse.observation.cost_details': asJson(observation['costDetails']),
    'langfuse.observation.completion_start_time': observation['completionStartTime'],
    'langfuse.observation.prompt.name': observation['promptName'],
    'langfuse.observation.prompt.version': observation['promptVersion'],
    'langfuse.environment': observation['environment'],
    'langfuse.version': observation['version'],
    ...Object.fromEntries(own.map(([key, value]) => [`langfuse.observation.metadata.${key}`, asJson(value)])),
  });
}

/** Langfuse's SDK writes these on every span of a trace. */
function sessionAttributes(trace: Record<string, unknown>): Record<string, unknown> {
  return given({ 'session.id': trace['sessionId'], 'user.id': trace['userId'] });
}

function traceAttributes(trace: Record<string, unknown>): Record<string, unknown> {
  return given({
    'langfuse.trace.name': trace['name'],
    'langfuse.trace.input': asJson(trace['input']),
    'langfuse.trace.output': asJson(trace['output']),
    'langfuse.trace.tags': trace['tags'],
    'langfuse.trace.public': trace['public'],
    'langfuse.trace.metadata': asJson(trace['metadata']),
    'langfuse.release': trace['release'],
  });
}

function originalIds({ id, trace_id }: { id: string; trace_id: string }): Record<string, unknown> {
  return {
    ...(readId(id, 16) === null && { 'langfuse.observation.id': id }),
    ...(readId(trace_id, 32) === null && { 'langfuse.trace.id': trace_id }),
  };
}

function idOf(id: string, digits: IdDigits): string {
  return readId(demand(id === '' ? null : id, 'id'), digits) ?? hashId(id, digits);
}

/** Leaves out what the export has no value for: null, an empty text, list or object. */
function given(attributes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === '{}') return true;
  return Array.isArray(value) && value.length === 0;
}

/** Content is a text in some exports and JSON in others; as an attribute it is a text. */
function asJson(value: unknown): unknown {
  return value === null || value === undefined || typeof value === 'string' ? value : stringifyExact(value);
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : value;
}
