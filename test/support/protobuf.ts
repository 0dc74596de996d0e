/** Writes protobuf by hand, so that tests can write what no encoder would. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

export function field(number: number, wire_type: number, payload: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | wire_type), payload]);
}

export function message(number: number, ...parts: Buffer[]): Buffer {
  return bytes(number, Buffer.concat(parts));
}

export function bytes(number: number, content: Buffer): Buffer {
  return field(number, 2, Buffer.concat([varint(content.length), content]));
}

export function text(number: number, content: string): Buffer {
  return bytes(number, Buffer.from(content));
}

export function fixed64(number: number, value: bigint): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(value);
  return field(number, 1, payload);
}

/** A KeyValue as field `number` with the AnyValue given as its encoded fields. */
export function attribute(number: number, key: string, any_value: Buffer): Buffer {
  return message(number, text(1, key), bytes(2, any_value));
}

export interface SpanFields {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly name?: string;
  readonly extra?: readonly Buffer[];
}

/** An ExportTraceServiceRequest with these spans in one scope. */
export function traceRequest(...spans: readonly SpanFields[]): Buffer {
  const encoded = spans.map((span) =>
    message(
      2,
      bytes(1, Buffer.from(span.trace_id ?? '0af7651916cd43dd8448eb211c80319c', 'hex')),
      bytes(2, Buffer.from(span.span_id ?? 'b7ad6b7169203331', 'hex')),
      text(5, span.name ?? 'span'),
      fixed64(7, 1_700_000_000_000_000_000n),
      fixed64(8, 1_700_000_001_500_000_000n),
      ...(span.extra ?? []),
    ),
  );
  return message(1, message(2, ...encoded));
}
