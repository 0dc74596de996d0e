import bindings, { type Vector } from '@duckdb/node-bindings';
import type { ColumnType } from '../schema.ts';
import { kept_bytes_max, TextColumn } from './text-column.ts';
import { Validity } from './validity.ts';

/**
 * Values of one column in the form DuckDB keeps them. They are written there as they come, so that the objects they
 * come from die young: rows that wait for their chunk would all survive the garbage collection of the young, which is
 * what makes it dear. `undefined` and `null` are NULL.
 */
export interface ColumnBuffer {
  /** @throws RangeError for a number that is not an integer in a column of integers */
  add(value: unknown): void;
  readonly count: number;
  /** What the values take. */
  readonly bytes: number;
  /** Copies all values into a vector of DuckDB and forgets them. */
  moveTo(vector: Vector): void;
}

export function createColumnBuffer(type: ColumnType): ColumnBuffer {
  return buffers[type]();
}

const integers = () => new FixedColumn({ Words: Uint32Array, words: 2, set: setInteger });
const floats = () => new FixedColumn({ Words: Float32Array, words: 1, set: setNumber });
const doubles = () => new FixedColumn({ Words: Float64Array, words: 1, set: setNumber });

const buffers: Readonly<Record<ColumnType, () => ColumnBuffer>> = {
  text: () => new TextColumn(),
  json: () => new TextColumn(),
  integer: integers,
  time: integers,
  number: doubles,
  boolean: () => new FixedColumn({ Words: Uint8Array, words: 1, set: setNumber }),
  texts: () => new ListColumn(new TextColumn()),
  integers: () => new ListColumn(integers()),
  numbers: () => new ListColumn(floats()),
  doubles: () => new ListColumn(doubles()),
};

interface Words {
  readonly buffer: ArrayBufferLike;
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  [index: number]: number;
  set(values: ArrayLike<number>): void;
}

interface FixedColumnOptions {
  readonly Words: new (length: number) => Words;
  /** Of one value. */
  readonly words: number;
  set(words: Words, index: number, value: unknown): void;
}

/** Values of a fixed width. */
class FixedColumn implements ColumnBuffer {
  readonly #options: FixedColumnOptions;
  readonly #validity = new Validity();
  #values: Words;

  constructor(options: FixedColumnOptions) {
    this.#options = options;
    this.#values = new options.Words(options.words * first_capacity);
  }

  get count(): number {
    return this.#validity.count;
  }

  get bytes(): number {
    return this.count * this.#options.words * this.#values.BYTES_PER_ELEMENT;
  }

  add(value: unknown): void {
    if (value === null || value === undefined) {
      this.#validity.addNull();
      return;
    }
    const { words, set, Words } = this.#options;
    const index = words * this.count;
    if (index >= this.#values.length) {
      const grown = new Words(2 * this.#values.length);
      // The words of one kind are taken over as they are.
      grown.set(this.#values as ArrayLike<number> & Words);
      this.#values = grown;
    }
    set(this.#values, index, value);
    this.#validity.addValue();
  }

  moveTo(vector: Vector): void {
    if (!this.#validity.is_all_null)
      bindings.copy_data_to_vector(vector, 0, this.#values.buffer as ArrayBuffer, 0, this.bytes);
    this.#validity.moveTo(vector);
    const { Words, words } = this.#options;
    if (this.#values.buffer.byteLength > kept_bytes_max) this.#values = new Words(words * first_capacity);
  }
}

const first_capacity = 64;

function setNumber(words: Words, index: number, value: unknown): void {
  words[index] = Number(value);
}

/** 64 bits in two halves; both take what is too large for them modulo 2^32, which is two's complement. */
function setInteger(words: Words, index: number, value: unknown): void {
  if (typeof value === 'bigint') {
    words[index] = Number(BigInt.asUintN(32, value));
    words[index + 1] = Number(BigInt.asUintN(32, value >> 32n));
    return;
  }
  if (!Number.isInteger(value)) throw new RangeError(`${String(value)} is not an integer.`);
  words[index] = value as number;
  words[index + 1] = Math.floor((value as number) / 2 ** 32);
}

/** Lists: where each begins and how long it is, and the items of all of them one after the other. */
class ListColumn implements ColumnBuffer {
  readonly #validity = new Validity();
  readonly #items: ColumnBuffer;
  /** Four words a list: begin and length, 64 bits each. */
  #entries = new Uint32Array(4 * first_capacity);

  constructor(items: ColumnBuffer) {
    this.#items = items;
  }

  get count(): number {
    return this.#validity.count;
  }

  get bytes(): number {
    return 16 * this.count + this.#items.bytes;
  }

  add(value: unknown): void {
    const begin = this.#items.count;
    const list = value as ArrayLike<unknown> | null | undefined;
    const length = list?.length ?? 0;
    for (let item = 0; item < length; item++) this.#items.add(list?.[item]);
    const at = 4 * this.count;
    if (at >= this.#entries.length) {
      const grown = new Uint32Array(2 * this.#entries.length);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[at] = begin;
    this.#entries[at + 2] = length;
    if (list === null || list === undefined) this.#validity.addNull();
    else this.#validity.addValue();
  }

  moveTo(vector: Vector): void {
    bindings.copy_data_to_vector(vector, 0, this.#entries.buffer, 0, 16 * this.count);
    this.#validity.moveTo(vector);
    const count = this.#items.count;
    bindings.list_vector_reserve(vector, count);
    bindings.list_vector_set_size(vector, count);
    this.#items.moveTo(bindings.list_vector_get_child(vector));
  }
}
