import { type HashedKey, KeySet } from './key-set.ts';

/**
 * Remembers which keys a day file holds, in little memory and without ever deciding wrongly: it answers
 * "new" or "stored" only when it is sure, and "ask" when the table has to be asked.
 *
 * Recent keys are kept exactly, and of all keys a few bytes each, in tables of which each is twice as large as the one
 * before. Asking reads a column of the whole day, so that it must be rare however many keys there are.
 */
export class KnownKeys {
  readonly #tables: Fingerprints[] = [];
  #recent = new KeySet();
  #previous = new KeySet();

  check(key: HashedKey): 'new' | 'stored' | 'ask' {
    if (this.#recent.has(key) || this.#previous.has(key)) return 'stored';
    return this.#tables.some((table) => table.has(key)) ? 'ask' : 'new';
  }

  get is_empty(): boolean {
    return this.#tables.length === 0;
  }

  add(key: HashedKey): void {
    let table = this.#tables.at(-1);
    if (!table || table.is_full) {
      table = new Fingerprints(table ? Math.min(2 * table.slots, slots_max) : first_slots);
      this.#tables.push(table);
    }
    table.add(key);
    this.remember(key);
  }

  /** Keeps a key that was added already as a recent one. */
  remember(key: HashedKey): void {
    if (this.#recent.size >= recent_keys_max) {
      this.#previous = this.#recent;
      this.#recent = new KeySet();
    }
    this.#recent.add(key);
  }

  /** After an erasure keys may be stored again; then it only asks once more. */
  forgetRecent(): void {
    this.#recent = new KeySet();
    this.#previous = new KeySet();
  }
}

const recent_keys_max = 50_000;
const first_slots = 2 ** 12;
const slots_max = 2 ** 20;

/**
 * A number of 31 bits for each key, at the place another hash of it says or just after: one new key in some hundred
 * million finds its own there by chance. Open addressing with linear probing; what is full stays as it is.
 */
class Fingerprints {
  readonly #slots: Uint32Array;
  #keys = 0;

  constructor(slots: number) {
    this.#slots = new Uint32Array(slots);
  }

  get slots(): number {
    return this.#slots.length;
  }

  get is_full(): boolean {
    return 4 * this.#keys >= 3 * this.#slots.length;
  }

  has(key: HashedKey): boolean {
    return this.#slots[this.#find(key)] !== 0;
  }

  add(key: HashedKey): void {
    this.#slots[this.#find(key)] = key.second;
    this.#keys += 1;
  }

  /** Where the number of a key is, or may be put. */
  #find({ first, second }: HashedKey): number {
    const mask = this.#slots.length - 1;
    const wanted = second >>> 0;
    let slot = first & mask;
    for (let found = this.#slots[slot]; found !== 0 && found !== wanted; found = this.#slots[slot])
      slot = (slot + 1) & mask;
    return slot;
  }
}
