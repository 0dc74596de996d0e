import bindings, { type Vector } from '@duckdb/node-bindings';
import type { ColumnType } from '../schema.ts';

/**
 * Writes the first `count` values of one column into a vector of DuckDB: nothing, `null` and `undefined` are NULL.
 * A writer keeps its buffers and is used again and again.
 * @throws RangeError for a number that is not an integer in a column of integers
 */
export interface ColumnWriter {
  write(vector: Vector, values: readonly unknown[], count: number): void;
}

export function createColumnWriter(type: ColumnType): ColumnWriter {
  return writers[type]();
}

const integers = () => new FixedColumn(BigInt64Array, setInteger);
const floats = () => new FixedColumn(Float32Array, setNumber);
const doubles = () => new FixedColumn(Float64Array, setNumber);

const writers: Readonly<Record<ColumnType, () => ColumnWriter>> = {
  text: () => new TextColumn(),
  json: () => new TextColumn(),
  integer: integers,
  time: integers,
  number: doubles,
  boolean: () => new FixedColumn(Uint8Array, setNumber),
  texts: () => new ListColumn(new TextColumn()),
  integers: () => new ListColumn(integers()),
  numbers: () => new ListColumn(floats()),
  doubles: () => new ListColumn(doubles()),
};

/** Which values are not NULL, a bit each, as DuckDB keeps it: bit i of word ⌊i / 32⌋. */
class Validity {
  #words = new Uint32Array(0);
  #nulls = 0;
  #count = 0;

  reset(count: number): void {
    // DuckDB counts in words of 64 bits.
    const words = 2 * Math.ceil(count / 64);
    if (this.#words.length < words) this.#words = new Uint32Array(words);
    this.#words.fill(0xffffffff, 0, words);
    this.#nulls = 0;
    this.#count = count;
  }

  setNull(index: number): void {
    this.#words[index >>> 5] = (this.#words[index >>> 5] as number) & ~(1 << (index & 31));
    this.#nulls += 1;
  }

  get is_all_null(): boolean {
    return this.#nulls === this.#count;
  }

  copyTo(vector: Vector): void {
    if (this.#nulls === 0) return;
    const bytes = 8 * Math.ceil(this.#count / 64);
    bindings.vector_ensure_validity_writable(vector);
    bindings.copy_data_to_vector_validity(vector, 0, this.#words.buffer as ArrayBuffer, 0, bytes);
  }
}

interface FixedValues {
  readonly buffer: ArrayBufferLike;
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
}

/** Values of a fixed width: collected in a buffer and copied as one. */
class FixedColumn<Values extends FixedValues> implements ColumnWriter {
  readonly #validity = new Validity();
  readonly #Values: new (
    length: number,
  ) => Values;
  readonly #set: (values: Values, index: number, value: unknown) => void;
  #values: Values;

  constructor(
    Values: new (length: number) => Values,
    set: (values: Values, index: number, value: unknown) => void,
  ) {
    this.#Values = Values;
    this.#set = set;
    this.#values = new Values(0);
  }

  write(vector: Vector, values: readonly unknown[], count: number): void {
    if (this.#values.length < count) this.#values = new this.#Values(count);
    this.#validity.reset(count);
    for (let index = 0; index < count; index++) {
      const value = values[index];
      if (value === null || value === undefined) this.#validity.setNull(index);
      else this.#set(this.#values, index, value);
    }
    this.#validity.copyTo(vector);
    if (this.#validity.is_all_null) return;
    const bytes = count * this.#values.BYTES_PER_ELEMENT;
    bindings.copy_data_to_vector(vector, 0, this.#values.buffer as ArrayBuffer, 0, bytes);
  }
}

function setNumber(values: { [index: number]: number }, index: number, value: unknown): void {
  values[index] = Number(value);
}

function setInteger(values: BigInt64Array, index: number, value: unknown): void {
  values[index] = typeof value === 'bigint' ? value : BigInt(value as number);
}

class TextColumn implements ColumnWriter {
  readonly #validity = new Validity();

  write(vector: Vector, values: readonly unknown[], count: number): void {
    this.#validity.reset(count);
    for (let index = 0; index < count; index++) {
      const value = values[index];
      if (value === null || value === undefined) this.#validity.setNull(index);
      else bindings.vector_assign_string_element(vector, index, value as string);
    }
    this.#validity.copyTo(vector);
  }
}

/** Lists: where each begins and how long it is, and the items of all of them one after the other in a child. */
class ListColumn implements ColumnWriter {
  readonly #validity = new Validity();
  readonly #items: ColumnWriter;
  #entries = new BigUint64Array(0);

  constructor(items: ColumnWriter) {
    this.#items = items;
  }

  write(vector: Vector, values: readonly unknown[], count: number): void {
    if (this.#entries.length < 2 * count) this.#entries = new BigUint64Array(2 * count);
    this.#validity.reset(count);
    const items: unknown[] = [];
    for (let index = 0; index < count; index++) {
      const list = values[index] as ArrayLike<unknown> | null | undefined;
      if (list === null || list === undefined) this.#validity.setNull(index);
      this.#entries[2 * index] = BigInt(items.length);
      this.#entries[2 * index + 1] = BigInt(list?.length ?? 0);
      for (let item = 0; item < (list?.length ?? 0); item++) items.push((list as ArrayLike<unknown>)[item]);
    }
    this.#validity.copyTo(vector);
    bindings.copy_data_to_vector(vector, 0, this.#entries.buffer as ArrayBuffer, 0, 16 * count);
    bindings.list_vector_reserve(vector, items.length);
    bindings.list_vector_set_size(vector, items.length);
    this.#items.write(bindings.list_vector_get_child(vector), items, items.length);
  }
}
