import bindings, { type Vector } from '@duckdb/node-bindings';

/** Counts values and says which are not NULL, a bit each, as DuckDB keeps it: bit i of word ⌊i / 32⌋. */
export class Validity {
  #words = new Uint32Array(2).fill(all_valid);
  #nulls = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get is_all_null(): boolean {
    return this.#nulls === this.#count;
  }

  addValue(): void {
    this.#count += 1;
  }

  addNull(): void {
    const index = this.#count;
    const word = index >>> 5;
    if (word >= this.#words.length) this.#grow(word);
    this.#words[word] = (this.#words[word] as number) & ~(1 << (index & 31));
    this.#nulls += 1;
    this.#count += 1;
  }

  moveTo(vector: Vector): void {
    // DuckDB counts in words of 64 bits.
    const words = 2 * Math.ceil(this.#count / 64);
    if (this.#nulls > 0) {
      if (words > this.#words.length) this.#grow(words - 1);
      bindings.vector_ensure_validity_writable(vector);
      bindings.copy_data_to_vector_validity(vector, 0, this.#words.buffer, 0, 4 * words);
      this.#words.fill(all_valid, 0, words);
    }
    this.#nulls = 0;
    this.#count = 0;
  }

  #grow(word: number): void {
    const grown = new Uint32Array(2 * Math.max(this.#words.length, word + 1)).fill(all_valid);
    grown.set(this.#words);
    this.#words = grown;
  }
}

const all_valid = 0xffffffff;
