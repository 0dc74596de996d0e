import { SextantError } from '../errors.ts';

/**
 * Reads the protobuf wire format from a buffer, one field at a time, without copying.
 *
 * Every length is checked against the end of the message it lies in, so a hostile length cannot read beyond
 * it; a malformed message throws `undecodable`. Groups, deprecated since proto2, are refused.
 */
export class ProtobufReader {
  readonly buffer: Buffer;
  position: number;
  readonly end: number;
  /** Field number of the field that `next` moved to. */
  field = 0;
  wire_type = 0;

  constructor(buffer: Buffer, position = 0, end = buffer.length) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const tag = this.#varint32();
    this.field = tag >>> 3;
    this.wire_type = tag & 7;
    if (this.field === 0) throw malformed('field number 0');
    return true;
  }

  skip(): void {
    if (this.wire_type === 0) this.#skipVarint();
    else if (this.wire_type === 1) this.#advance(8);
    else if (this.wire_type === 2) this.#advance(this.#length());
    else if (this.wire_type === 5) this.#advance(4);
    else throw malformed(`wire type ${this.wire_type}`);
  }

  /** A reader for the embedded message at this place. */
  message(): ProtobufReader {
    const start = this.#lengthDelimited();
    return new ProtobufReader(this.buffer, start, this.position);
  }

  string(): string {
    const start = this.#lengthDelimited();
    return this.buffer.toString('utf8', start, this.position);
  }

  /** A copy: the buffer of the request is not kept alive by it. */
  bytes(): Uint8Array {
    const start = this.#lengthDelimited();
    return new Uint8Array(this.buffer.subarray(start, this.position));
  }

  hex(): string {
    const start = this.#lengthDelimited();
    return this.buffer.toString('hex', start, this.position);
  }

  boolean(): boolean {
    return this.integer() !== 0;
  }

  /** An int64 as number where it is exact, else as bigint. */
  integer(): number | bigint {
    this.#expect(0);
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
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

  /** An enum or uint32; larger values are cut to 32 bits as protobuf does. */
  uint32(): number {
    const value = this.integer();
    return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : value >>> 0;
  }

  fixed64(): bigint {
    this.#expect(1);
    const start = this.position;
    this.#advance(8);
    return this.buffer.readBigUInt64LE(start);
  }

  double(): number {
    this.#expect(1);
    const start = this.position;
    this.#advance(8);
    return this.buffer.readDoubleLE(start);
  }

  #lengthDelimited(): number {
    this.#expect(2);
    const length = this.#length();
    const start = this.position;
    this.#advance(length);
    return start;
  }

  #length(): number {
    return this.#varint32();
  }

  #varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff) throw malformed('length or tag beyond 32 bits');
        return value;
      }
    }
    throw malformed('length or tag longer than five bytes');
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count++) if (this.#byte() < 0x80) return;
    throw malformed('varint longer than ten bytes');
  }

  #byte(): number {
    if (this.position >= this.end) throw malformed('truncated');
    return this.buffer[this.position++] as number;
  }

  #advance(length: number): void {
    if (length > this.end - this.position) throw malformed('truncated');
    this.position += length;
  }

  #expect(wire_type: number): void {
    if (this.wire_type !== wire_type) throw malformed(`field ${this.field} has wire type ${this.wire_type}`);
  }
}

function joinInteger(low: number, high: number): number | bigint {
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * 2 ** 32 + low;
    if (Number.isSafeInteger(value)) return value;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

function malformed(detail: string): SextantError {
  return new SextantError('undecodable', `Malformed protobuf: ${detail}.`);
}
