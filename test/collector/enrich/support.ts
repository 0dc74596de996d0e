import type { DecodedLog, DecodedPoint, PointData } from '../../../collector/src/decode/records.ts';
import { attributeValue, mapOf, type Plain, type PlainAttributes } from '../normalise/support.ts';

export interface PlainLog {
  readonly event_name?: string;
  readonly attributes?: PlainAttributes;
  readonly body?: Plain;
  readonly time_ns?: bigint;
  readonly observed_time_ns?: bigint;
  readonly trace_id?: string | null;
  readonly span_id?: string | null;
  readonly severity_number?: number;
  readonly severity_text?: string;
  readonly resource?: PlainAttributes;
}

export const time_ns = 1_760_000_000_123_456_789n;
const trace_id = '0af7651916cd43dd8448eb211c80319c';
const span_id = 'b7ad6b7169203331';
const scope = { name: 'my.library', version: '1', schema_url: '', attributes: new Map() };

/** A decoded log record from plain objects; objects become maps. */
export function logOf(plain: PlainLog = {}): DecodedLog {
  return {
    time_ns,
    observed_time_ns: 0n,
    severity_number: 0,
    severity_text: '',
    event_name: '',
    trace_id,
    span_id,
    scope,
    ...plain,
    body: attributeValue(plain.body ?? null),
    attributes: mapOf(plain.attributes ?? {}),
    resource: { attributes: mapOf(plain.resource ?? { 'service.name': 'shop' }) },
  };
}

/** A decoded data point. */
export function pointOf(data: PointData, fields: Partial<DecodedPoint> = {}): DecodedPoint {
  return {
    name: 'my.metric',
    description: '',
    unit: '',
    data,
    temporality: 0,
    is_monotonic: false,
    start_time_ns: 0n,
    time_ns,
    flags: 0,
    attributes: new Map(),
    exemplars: [],
    resource: { attributes: mapOf({ 'service.name': 'shop' }) },
    scope,
    ...fields,
  };
}
