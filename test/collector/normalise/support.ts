import type { AttributeMap, AttributeValue, DecodedSpan } from '../../../collector/src/decode/records.ts';

export type Plain =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };
export type PlainAttributes = { readonly [key: string]: Plain };

export interface PlainSpan {
  readonly name?: string;
  readonly attributes?: PlainAttributes;
  readonly resource?: PlainAttributes;
  readonly scope?: string;
  readonly events?: readonly { readonly name: string; readonly attributes: PlainAttributes }[];
  readonly status_code?: number;
  readonly start_time_ns?: bigint;
  readonly end_time_ns?: bigint;
}

/** A decoded span from plain objects; objects become maps. */
export function spanOf(plain: PlainSpan = {}): DecodedSpan {
  const start_time_ns = plain.start_time_ns ?? 1_760_000_000_000_000_000n;
  return {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: null,
    trace_state: '',
    name: plain.name ?? 'chat gpt-4o-mini',
    kind: 3,
    start_time_ns,
    end_time_ns: plain.end_time_ns ?? start_time_ns + 1_500_000n,
    status_code: plain.status_code ?? 0,
    status_message: '',
    attributes: mapOf(plain.attributes ?? {}),
    events: (plain.events ?? []).map(({ name, attributes }) => ({
      name,
      time_ns: start_time_ns,
      attributes: mapOf(attributes),
    })),
    links: [],
    resource: { attributes: mapOf(plain.resource ?? { 'service.name': 'shop' }) },
    scope: { name: plain.scope ?? '', version: '', schema_url: '', attributes: new Map() },
  };
}

export function mapOf(plain: PlainAttributes): AttributeMap {
  return new Map(Object.entries(plain).map(([key, value]) => [key, attributeValue(value)]));
}

export function attributeValue(value: Plain): AttributeValue {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Array.isArray(value) ? value.map(attributeValue) : mapOf(value as PlainAttributes);
}
