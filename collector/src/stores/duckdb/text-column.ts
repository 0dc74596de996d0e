import bindings, { type Vector } from '@duckdb/node-bindings';
import type { ColumnBuffer } from './column-buffer.ts';
import { Validity } from './validity.ts';

/**
 * Texts as DuckDB's vectors hold them (`duckdb_string_t` in duckdb.h): 16 bytes each, in which a text of up to 12
 * bytes lies itself, and of a longer one its length, its first four bytes and where it lies. All long ones lie one
 * after the other in one piece of memory, which is given to DuckDB as if it were one text: a call for each text costs
 * several times as much as writing it.
 */
export class TextColumn implements ColumnBuffer {
  readonly #validity = new Validity();
  /** Four words a text. Of a long one the third is its place among the long ones, until they have an address. */
  #entries = new Uint32Array(4 * first_capacity);
  #entry_bytes = new Uint8Array(this.#entries.buffer);
  #long_texts = Buffer.allocUnsafeSlow(first_bytes);
  #used = 0;

  get count(): number {
    return this.#validity.count;
  }

  get bytes(): number {
    return 16 * this.count + this.#used;
  }

  add(value: unknown): void {
    if (4 * this.count >= this.#entries.length) this.#growEntries();
    const at = 4 * this.count;
    this.#setEntry(at, 0, 0, 0);
    if (value === null || value === undefined) {
      this.#validity.addNull();
      return;
    }
    const text = value as string;
    if (text.length > inline_bytes_max) this.#writeLong(text, at);
    else if (!this.#writeAscii(text, this.#entry_bytes, 4 * at + 4)) this.#writeUtf8(text, at);
    else this.#entries[at] = text.length;
    this.#validity.addValue();
  }

  moveTo(vector: Vector): void {
    if (!this.#validity.is_all_null) {
      if (this.#used > 0) this.#giveAddresses(vector);
      bindings.copy_data_to_vector(vector, 0, this.#entries.buffer, 0, 16 * this.count);
    }
    this.#validity.moveTo(vector);
    this.#used = 0;
    if (this.#long_texts.length > kept_bytes_max) this.#long_texts = Buffer.allocUnsafeSlow(first_bytes);
    if (this.#entry_bytes.length > kept_bytes_max) this.#setEntries(new Uint32Array(4 * first_capacity));
  }

  #writeLong(text: string, at: number): void {
    this.#reserve(text);
    const is_written =
      text.length <= ascii_length_max && this.#writeAscii(text, this.#long_texts, this.#used);
    this.#keepLong(is_written ? text.length : this.#long_texts.write(text, this.#used), at);
  }

  /** Writes a text of few characters, some of which take several bytes. */
  #writeUtf8(text: string, at: number): void {
    this.#reserve(text);
    const begin = this.#used;
    const length = this.#long_texts.write(text, begin);
    if (length > inline_bytes_max) this.#keepLong(length, at);
    else {
      this.#setEntry(at, length, 0, 0);
      this.#entry_bytes.set(this.#long_texts.subarray(begin, begin + length), 4 * at + 4);
    }
  }

  #keepLong(length: number, at: number): void {
    const begin = this.#used;
    this.#setEntry(at, length, this.#long_texts.readUInt32LE(begin), begin);
    this.#used += length;
  }

  #setEntry(at: number, first: number, second: number, third: number): void {
    const entries = this.#entries;
    entries[at] = first;
    entries[at + 1] = second;
    entries[at + 2] = third;
    entries[at + 3] = 0;
  }

  /** Writes a text of which every character is a byte; false where one takes more. */
  #writeAscii(text: string, bytes: Uint8Array, begin: number): boolean {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[begin + index] = code;
    }
    return true;
  }

  #giveAddresses(vector: Vector): void {
    bindings.vector_assign_string_element_len(vector, 0, this.#long_texts.subarray(0, this.#used));
    const { buffer, byteOffset } = bindings.vector_get_data(vector, 16);
    const first = new DataView(buffer, byteOffset, 16);
    const low = first.getUint32(8, true);
    const high = first.getUint32(12, true);
    const entries = this.#entries;
    for (let at = 0; at < 4 * this.count; at += 4) {
      if ((entries[at] as number) <= inline_bytes_max) continue;
      const place = low + (entries[at + 2] as number);
      entries[at + 2] = place;
      entries[at + 3] = place > 0xffffffff ? high + 1 : high;
    }
  }

  #growEntries(): void {
    const grown = new Uint32Array(2 * this.#entries.length);
    grown.set(this.#entries);
    this.#setEntries(grown);
  }

  #setEntries(entries: Uint32Array<ArrayBuffer>): void {
    this.#entries = entries;
    this.#entry_bytes = new Uint8Array(entries.buffer);
  }

  /** A character of a JavaScript string takes three bytes at most; of a large one they are counted. */
  #reserve(text: string): void {
    const bytes = text.length > counted_from ? Buffer.byteLength(text) : 3 * text.length;
    if (this.#used + bytes <= this.#long_texts.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#long_texts.length, this.#used + bytes));
    this.#long_texts.copy(grown, 0, 0, this.#used);
    this.#long_texts = grown;
  }
}

const inline_bytes_max = 12;
/** Up to here a loop is faster than the call that writes any text. */
const ascii_length_max = 64;
const first_capacity = 64;
const first_bytes = 1024;
/** What a column of a chunk of ordinary rows takes; after a larger one the memory is let go. */
export const kept_bytes_max = 8 * 1024 * 1024;
const counted_from = 65_536;
