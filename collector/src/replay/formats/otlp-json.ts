import { isRecord } from '../../normalise/json.ts';
import type { TraceRequest } from '../otlp.ts';
import type { SpanFormat } from './format.ts';

/** An OTLP trace request as it goes over the wire; sent on unchanged. */
export const otlp_json: SpanFormat = {
  name: 'OTLP JSON',
  matches: isTraceRequest,
  read: (document) => ({ requests: isTraceRequest(document) ? [document] : [], problems: [] }),
};

function isTraceRequest(document: unknown): document is TraceRequest {
  return (
    isRecord(document) &&
    Array.isArray(document['resourceSpans']) &&
    document['resourceSpans'].every(isRecord)
  );
}
