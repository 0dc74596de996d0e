import { Buffer } from 'node:buffer';

/** A key and two hashes of 32 bits, from which others can be combined (Kirsch and Mitzenmacher, 2006). */
export interface HashedKey {
  readonly text: string;
  readonly first: number;
  readonly second: number;
  /** Whether every character fits into a byte. */
  readonly is_narrow: boolean;
}

/** Mixing as in FNV-1a with the finaliser of MurmurHash3. */
export function hashKey(text: string): HashedKey {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  let codes = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    codes |= code;
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x5bd1e995);
    second ^= second >>> 13;
  }
  return { text, first: finalise(first), second: finalise(second) | 1, is_narrow: codes < 256 };
}

function finalise(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Keys in few typed arrays: a `Set` of many strings that live for seconds takes twice the memory, and the garbage
 * collector copies every one of them. Open addressing with linear probing; keys are compared whole.
 */
export class KeySet {
  /** A power of two, at most half of them taken: one more than the number of an entry, or zero. */
  #slots = new Uint32Array(2 * first_capacity);
  /** Two hashes and where the text ends, for each entry in the order of its coming. */
  #entries = new Int32Array(entry_words * first_capacity);
  #texts = Buffer.allocUnsafeSlow(64 * first_capacity);
  #count = 0;
  /** Keys that do not fit into bytes; these are rare. */
  readonly #wide = new Set<string>();

  get size(): number {
    return this.#count + this.#wide.size;
  }

  has(key: HashedKey): boolean {
    return key.is_narrow ? this.#slots[this.#find(key)] !== 0 : this.#wide.has(key.text);
  }

  /** A key that is there already stays there once. */
  add(key: HashedKey): void {
    if (!key.is_narrow) this.#wide.add(key.text);
    else if (!this.has(key)) this.#append(key);
  }

  *[Symbol.iterator](): Generator<HashedKey> {
    for (let entry = 0; entry < this.#count; entry++) {
      const at = entry_words * entry;
      yield {
        text: this.#texts.toString('latin1', this.#startOf(entry), this.#endOf(entry)),
        first: this.#entries[at] as number,
        second: this.#entries[at + 1] as number,
        is_narrow: true,
      };
    }
    for (const text of this.#wide) yield hashKey(text);
  }

  /** The slot of a key, or the free one it would get. */
  #find(key: HashedKey): number {
    const mask = this.#slots.length - 1;
    let slot = key.first & mask;
    for (let taken = this.#slots[slot]; taken && !this.#holds(taken - 1, key); taken = this.#slots[slot])
      slot = (slot + 1) & mask;
    return slot;
  }

  #holds(entry: number, { text, first, second }: HashedKey): boolean {
    const at = entry_words * entry;
    if (this.#entries[at] !== first || this.#entries[at + 1] !== second) return false;
    const start = this.#startOf(entry);
    if (this.#endOf(entry) - start !== text.length) return false;
    for (let index = 0; index < text.length; index++)
      if (this.#texts[start + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  #append(key: HashedKey): void {
    if (2 * (this.#count + 1) > this.#slots.length) this.#growSlots();
    const start = this.#startOf(this.#count);
    const end = start + key.text.length;
    const at = entry_words * this.#count;
    this.#slots[this.#find(key)] = this.#count + 1;
    if (at >= this.#entries.length) this.#entries = grown(this.#entries, new Int32Array(2 * at));
    if (end > this.#texts.length) this.#texts = grown(this.#texts, Buffer.allocUnsafeSlow(2 * end));
    for (let index = 0; index < key.text.length; index++)
      this.#texts[start + index] = key.text.charCodeAt(index);
    this.#entries[at] = key.first;
    this.#entries[at + 1] = key.second;
    this.#entries[at + 2] = end;
    this.#count += 1;
  }

  #growSlots(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = (this.#entries[entry_words * entry] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }

  #startOf(entry: number): number {
    return entry === 0 ? 0 : this.#endOf(entry - 1);
  }

  #endOf(entry: number): number {
    return this.#entries[entry_words * entry + 2] as number;
  }
}

const first_capacity = 256;
const entry_words = 3;

function grown<Words extends { set(words: Words): void }>(words: Words, larger: Words): Words {
  larger.set(words);
  return larger;
}
