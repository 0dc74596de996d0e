import { malformed, ProtobufWalker } from './protobuf-walker.ts';
import { TextCache } from './text-cache.ts';

/** Reads the values of the fields that it walks to. */
export class ProtobufReader extends ProtobufWalker {
  readonly #view: DataView;
  readonly #texts: TextCache;
  readonly #ids: TextCache;

  constructor(buffer: Buffer) {
    super(buffer);
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    this.#texts = new TextCache(buffer, this.#view, 'utf8');
    this.#ids = new TextCache(buffer, this.#view, 'hex');
  }

  string(): string {
    const start = this.lengthDelimited();
    return this.#texts.read(start, this.position);
  }

  /** A copy: the buffer of the request is not kept alive by it. */
  bytes(): Uint8Array {
    const start = this.lengthDelimited();
    return new Uint8Array(this.buffer.subarray(start, this.position));
  }

  hex(): string {
    const start = this.lengthDelimited();
    return this.#ids.read(start, this.position);
  }

  boolean(): boolean {
    return this.integer() !== 0;
  }

  /** An int64 as number where it is exact, else as bigint. */
  integer(): number | bigint {
    this.expect(0);
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return joinInteger(low >>> 0, high | 0);
    }
    throw malformed('varint longer than ten bytes');
  }

  /** A uint32; larger values are cut to 32 bits as protobuf does. */
  uint32(): number {
    const value = this.integer();
    return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : value >>> 0;
  }

  /** An int32 or enum, cut to 32 bits in the same way. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** A sint32, whose lowest bit is the sign. */
  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  fixed64(): bigint {
    this.expect(1);
    const start = this.position;
    this.advance(8);
    return this.#view.getBigUint64(start, true);
  }

  /** An sfixed64 as number where it is exact, else as bigint. */
  sfixed64(): number | bigint {
    this.expect(1);
    const start = this.position;
    this.advance(8);
    return joinInteger(this.#view.getUint32(start, true), this.#view.getInt32(start + 4, true));
  }

  double(): number {
    this.expect(1);
    const start = this.position;
    this.advance(8);
    return this.#view.getFloat64(start, true);
  }

  /** One occurrence of a `repeated fixed64`: a packed list or a single value. */
  fixed64s(into: bigint[]): void {
    if (this.wire_type !== 2) into.push(this.fixed64());
    else
      for (let at = this.packed64(); at < this.position; at += 8)
        into.push(this.#view.getBigUint64(at, true));
  }

  /** One occurrence of a `repeated double`: a packed list or a single value. */
  doubles(into: number[]): void {
    if (this.wire_type !== 2) into.push(this.double());
    else
      for (let at = this.packed64(); at < this.position; at += 8) into.push(this.#view.getFloat64(at, true));
  }

  /** One occurrence of a `repeated uint64`: a packed list or a single value. */
  uint64s(into: bigint[]): void {
    if (this.wire_type !== 2) into.push(BigInt.asUintN(64, BigInt(this.integer())));
    else {
      const outer_end = this.enter();
      this.wire_type = 0;
      while (this.position < this.end) into.push(BigInt.asUintN(64, BigInt(this.integer())));
      this.leave(outer_end);
    }
  }
}

function joinInteger(low: number, high: number): number | bigint {
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * 2 ** 32 + low;
    if (Number.isSafeInteger(value)) return value;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}
