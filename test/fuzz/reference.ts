import { type Plain, requestTypes, type Signal } from './schema.ts';

/**
 * What our decoder must give, made from what protobufjs decodes. Rejections are given without their sentences and
 * in no order: protobufjs does not keep the order of fields.
 */
export interface Expected {
  readonly items: readonly unknown[];
  readonly rejections: readonly string[];
}

/** @throws Error where protobufjs cannot decode it */
export function decodeByReference(signal: Signal, body: Uint8Array): Plain {
  const type = requestTypes[signal];
  return type.toObject(type.decode(body), { longs: BigInt, arrays: true });
}

export function expectedOf(signal: Signal, request: Plain): Expected {
  const found = new Found();
  for (const resource_item of list(request, 'items')) {
    const resource = { attributes: found.attributes(message(resource_item, 'resource')) };
    for (const scope_item of list(resource_item, 'items')) {
      const scope = found.scope(scope_item);
      for (const item of list(scope_item, 'items')) found.add(signal, item, { resource, scope });
    }
  }
  return { items: found.items, rejections: found.rejections.sort() };
}

class Found {
  readonly items: unknown[] = [];
  readonly rejections: string[] = [];

  add(signal: Signal, item: Plain, around: Around): void {
    if (signal === 'logs') this.items.push(this.log(item, around));
    if (signal === 'metrics') this.metric(item, around);
    if (signal !== 'traces') return;
    const span = this.span(item, around);
    if (!isId(bytes(item, 'trace_id'), 16)) this.rejections.push('invalid_trace_id: lost');
    else if (!isId(bytes(item, 'span_id'), 8)) this.rejections.push('invalid_span_id: lost');
    else this.items.push(span);
  }

  scope(scope_item: Plain): unknown {
    const scope = message(scope_item, 'scope');
    return {
      name: text(scope, 'name'),
      version: text(scope, 'version'),
      schema_url: text(scope_item, 'schema_url'),
      attributes: this.attributes(scope),
    };
  }

  span(item: Plain, around: Around): unknown {
    const status = message(item, 'status');
    return {
      trace_id: hex(item, 'trace_id'),
      span_id: hex(item, 'span_id'),
      parent_span_id: this.optionalId(item, 'parent_span_id', 8),
      trace_state: text(item, 'trace_state'),
      name: text(item, 'name'),
      kind: number(item, 'kind'),
      start_time_ns: long(item, 'start_time_unix_nano'),
      end_time_ns: long(item, 'end_time_unix_nano'),
      status_code: number(status, 'code'),
      status_message: text(status, 'message'),
      attributes: this.attributes(item),
      events: list(item, 'events').map((event) => ({
        name: text(event, 'name'),
        time_ns: long(event, 'time_unix_nano'),
        attributes: this.attributes(event),
      })),
      links: list(item, 'links').map((link) => ({
        trace_id: hex(link, 'trace_id'),
        span_id: hex(link, 'span_id'),
        trace_state: text(link, 'trace_state'),
        attributes: this.attributes(link),
      })),
      ...around,
    };
  }

  log(item: Plain, around: Around): unknown {
    const body = message(item, 'body');
    const too_deep = depthOf(body) > depth_max;
    if (too_deep) this.rejections.push('attribute_too_deep: kept');
    return {
      time_ns: long(item, 'time_unix_nano'),
      observed_time_ns: long(item, 'observed_time_unix_nano'),
      severity_number: number(item, 'severity_number'),
      severity_text: text(item, 'severity_text'),
      event_name: text(item, 'event_name'),
      body: too_deep ? null : plainValue(body),
      attributes: this.attributes(item),
      trace_id: this.optionalId(item, 'trace_id', 16),
      span_id: this.optionalId(item, 'span_id', 8),
      ...around,
    };
  }

  metric(metric: Plain, around: Around): void {
    for (const kind of data_kinds) {
      const data = message(metric, kind);
      for (const point of list(data, 'data_points')) {
        this.items.push({
          name: text(metric, 'name'),
          description: text(metric, 'description'),
          unit: text(metric, 'unit'),
          temporality: number(data, 'aggregation_temporality'),
          is_monotonic: data['is_monotonic'] ?? false,
          data: dataOf(point, kind),
          start_time_ns: long(point, 'start_time_unix_nano'),
          time_ns: long(point, 'time_unix_nano'),
          flags: number(point, 'flags'),
          attributes: this.attributes(point),
          exemplars: list(point, 'exemplars').map((exemplar) => ({
            time_ns: long(exemplar, 'time_unix_nano'),
            value: numberValueOf(exemplar),
            trace_id: this.optionalId(exemplar, 'trace_id', 16),
            span_id: this.optionalId(exemplar, 'span_id', 8),
            attributes: this.attributes(exemplar, 'filtered_attributes'),
          })),
          ...around,
        });
      }
    }
  }

  attributes(holder: Plain, name = 'attributes'): Map<string, unknown> {
    const attributes = new Map<string, unknown>();
    for (const entry of list(holder, name)) {
      const value = message(entry, 'value');
      if (depthOf(value) > depth_max) this.rejections.push('attribute_too_deep: kept');
      else attributes.set(text(entry, 'key'), plainValue(value));
    }
    return attributes;
  }

  optionalId(holder: Plain, name: string, length: 8 | 16): string | null {
    const id = bytes(holder, name);
    if (isId(id, length)) return id.toString('hex');
    if (id.some((byte) => byte !== 0))
      this.rejections.push(`${length === 16 ? 'invalid_trace_id' : 'invalid_span_id'}: kept`);
    return null;
  }
}

interface Around {
  readonly resource: unknown;
  readonly scope: unknown;
}

const depth_max = 32;
const data_kinds = ['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary'] as const;

function dataOf(point: Plain, kind: (typeof data_kinds)[number]): unknown {
  const count = long(point, 'count');
  if (kind === 'gauge' || kind === 'sum') return { kind, value: numberValueOf(point) };
  if (kind === 'summary') {
    const quantiles = list(point, 'quantile_values').map((item) => ({
      quantile: number(item, 'quantile'),
      value: number(item, 'value'),
    }));
    return { kind, count, sum: number(point, 'sum'), quantiles };
  }
  const { sum = null, min = null, max = null, explicit_bounds, bucket_counts } = point;
  if (kind === 'histogram') return { kind, count, sum, min, max, explicit_bounds, bucket_counts };
  const buckets = (name: string) => {
    const found = message(point, name);
    return { offset: number(found, 'offset'), counts: found['bucket_counts'] ?? [] };
  };
  return {
    kind,
    count,
    sum,
    min,
    max,
    scale: number(point, 'scale'),
    zero_count: long(point, 'zero_count'),
    zero_threshold: number(point, 'zero_threshold'),
    positive: buckets('positive'),
    negative: buckets('negative'),
  };
}

function plainValue(value: Plain): unknown {
  const { string_value, int_value, bytes_value, array_value, kvlist_value } = value;
  if (string_value !== undefined) return utf8(string_value as Buffer);
  if (int_value !== undefined) return compact(int_value as bigint);
  if (bytes_value !== undefined) return new Uint8Array(bytes_value as Buffer);
  if (array_value !== undefined) return list(array_value as Plain, 'values').map(plainValue);
  if (kvlist_value !== undefined)
    return new Map(
      list(kvlist_value as Plain, 'values').map((entry) => [
        text(entry, 'key'),
        plainValue(message(entry, 'value')),
      ]),
    );
  return value['bool_value'] ?? value['double_value'] ?? null;
}

/** How deep the deepest value lies in lists and maps. */
function depthOf(value: Plain): number {
  const values = [
    ...list(message(value, 'array_value'), 'values'),
    ...list(message(value, 'kvlist_value'), 'values').flatMap((entry) =>
      entry['value'] === undefined ? [] : [message(entry, 'value')],
    ),
  ];
  return values.length === 0 ? 0 : 1 + Math.max(...values.map(depthOf));
}

function numberValueOf(holder: Plain): unknown {
  const { as_int, as_double } = holder;
  return as_int === undefined ? (as_double ?? null) : compact(as_int as bigint);
}

function compact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isId(id: Buffer, length: number): boolean {
  return id.length === length && id.some((byte) => byte !== 0);
}

function list(holder: Plain, name: string): readonly Plain[] {
  return (holder[name] ?? []) as Plain[];
}

function message(holder: Plain, name: string): Plain {
  return (holder[name] ?? {}) as Plain;
}

function number(holder: Plain, name: string): number {
  return (holder[name] ?? 0) as number;
}

function long(holder: Plain, name: string): bigint {
  return (holder[name] ?? 0n) as bigint;
}

function bytes(holder: Plain, name: string): Buffer {
  return Buffer.from((holder[name] ?? []) as Uint8Array);
}

function hex(holder: Plain, name: string): string {
  return bytes(holder, name).toString('hex');
}

function text(holder: Plain, name: string): string {
  return utf8(bytes(holder, name));
}

/** Invalid bytes become U+FFFD, as the standard for encodings of the web wants. */
export function utf8(content: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
}
