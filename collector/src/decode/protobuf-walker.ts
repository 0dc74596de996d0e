import { SextantError } from '../errors.ts';

/**
 * Walks the protobuf wire format in a buffer, one field at a time, without copying.
 *
 * One walker goes through a whole request: `enter` narrows it to an embedded message, `leave` goes on behind it.
 * Every length is checked against the end of the message it lies in, so a hostile length cannot read beyond it; a
 * malformed message throws `undecodable`. Groups, deprecated since proto2, are refused.
 */
export class ProtobufWalker {
  readonly buffer: Buffer;
  position = 0;
  /** Where the message ends that is being read. */
  end: number;
  /** Field number of the field that `next` moved to. */
  field = 0;
  wire_type = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.end = buffer.length;
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
    else if (this.wire_type === 1) this.advance(8);
    else if (this.wire_type === 2) this.advance(this.#varint32());
    else if (this.wire_type === 5) this.advance(4);
    else throw malformed(`wire type ${this.wire_type}`);
  }

  /** Skips a field that must have this wire type: 0 varint, 1 64-bit, 2 length-delimited. */
  skipAs(wire_type: 0 | 1 | 2): void {
    this.expect(wire_type);
    if (wire_type === 0) this.#skipVarint();
    else if (wire_type === 1) this.advance(8);
    else this.advance(this.#varint32());
  }

  /** Skips one occurrence of a repeated field of 64-bit values. */
  skipFixed64s(): void {
    if (this.wire_type !== 2) this.skipAs(1);
    else this.packed64();
  }

  /** Skips one occurrence of a repeated field of varints and gives their number. */
  skipVarints(): number {
    if (this.wire_type !== 2) {
      this.skipAs(0);
      return 1;
    }
    const outer_end = this.enter();
    let count = 0;
    for (; this.position < this.end; count++) this.#skipVarint();
    this.leave(outer_end);
    return count;
  }

  /** Narrows the reader to the embedded message at this place; `leave` wants what it returns. */
  enter(): number {
    const outer_end = this.end;
    const start = this.lengthDelimited();
    this.end = this.position;
    this.position = start;
    return outer_end;
  }

  /** Goes on behind the message that `enter` narrowed the reader to, whether or not it was read to its end. */
  leave(outer_end: number): void {
    this.position = this.end;
    this.end = outer_end;
  }

  /** Moves behind a length-delimited field and gives the place where its content starts. */
  lengthDelimited(): number {
    this.expect(2);
    const length = this.#varint32();
    const start = this.position;
    this.advance(length);
    return start;
  }

  /** Moves behind a packed list of 64-bit values and gives the place of the first. */
  protected packed64(): number {
    const start = this.lengthDelimited();
    if ((this.position - start) % 8 !== 0)
      throw malformed('packed list of 64-bit values with a broken value');
    return start;
  }

  // Most tags and lengths are one byte, most others two.
  #varint32(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    const second = this.byte();
    if (second < 0x80) return (first & 0x7f) | (second << 7);
    let value = (first & 0x7f) | ((second & 0x7f) << 7);
    for (let shift = 14; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff) throw malformed('length or tag beyond 32 bits');
        return value;
      }
    }
    throw malformed('length or tag longer than five bytes');
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count++) if (this.byte() < 0x80) return;
    throw malformed('varint longer than ten bytes');
  }

  protected byte(): number {
    if (this.position >= this.end) throw malformed('truncated');
    return this.buffer[this.position++] as number;
  }

  protected advance(length: number): void {
    if (length > this.end - this.position) throw malformed('truncated');
    this.position += length;
  }

  protected expect(wire_type: number): void {
    if (this.wire_type !== wire_type) throw malformed(`field ${this.field} has wire type ${this.wire_type}`);
  }
}

export function malformed(detail: string): SextantError {
  return new SextantError('undecodable', `Malformed protobuf: ${detail}.`);
}
