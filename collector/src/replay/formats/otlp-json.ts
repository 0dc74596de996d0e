import { isRecord } from '../../normalise/json.ts';
import type { OtlpRequest } from '../otlp.ts';
import type { SpanFormat } from './format.ts';

/** A request of OTLP as it goes over the wire, of spans, logs or metrics; sent on unchanged. */
export const otlp_json: SpanFormat = {
  name: 'OTLP JSON',
  matches: isRequest,
  read: (document) => ({ requests: isRequest(document) ? [document] : [], problems: [] }),
};

const resource_lists = ['resourceSpans', 'resourceLogs', 'resourceMetrics'];

function isRequest(document: unknown): document is OtlpRequest {
  if (!isRecord(document)) return false;
  const lists = resource_lists.map((name) => document[name]).filter((list) => list !== undefined);
  return lists.length === 1 && Array.isArray(lists[0]) && lists[0].every(isRecord);
}
