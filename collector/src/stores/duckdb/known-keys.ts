import { type HashedKey, KeySet } from './key-set.ts';

/**
 * Remembers which keys a day file holds, in little memory and without ever deciding wrongly: it answers
 * "new" or "stored" only when it is sure, and "ask" when the table has to be asked.
 *
 * Recent keys are kept exactly. All keys are in Bloom filters, which never forget a key but take about one in
 * 100,000 new ones for known (Bloom, 1970: m/n = 24 bits for each key, k = 8 hashes).
 */
export class KnownKeys {
  readonly #filters: BloomFilter[] = [];
  #recent = new KeySet();
  #previous = new KeySet();

  check(key: HashedKey): 'new' | 'stored' | 'ask' {
    if (this.#recent.has(key) || this.#previous.has(key)) return 'stored';
    return this.#filters.some((filter) => filter.has(key)) ? 'ask' : 'new';
  }

  get is_empty(): boolean {
    return this.#filters.length === 0;
  }

  add(key: HashedKey): void {
    let filter = this.#filters.at(-1);
    if (!filter || filter.is_full) {
      filter = new BloomFilter();
      this.#filters.push(filter);
    }
    filter.add(key);
    this.remember(key);
  }

  /** Keeps a key that is in the filters already as a recent one. */
  remember(key: HashedKey): void {
    if (this.#recent.size >= recent_keys_max) {
      this.#previous = this.#recent;
      this.#recent = new KeySet();
    }
    this.#recent.add(key);
  }

  /** After an erasure keys may be stored again; the filters then only ask once more. */
  forgetRecent(): void {
    this.#recent = new KeySet();
    this.#previous = new KeySet();
  }
}

const recent_keys_max = 50_000;
const filter_keys_max = 2 ** 18;
const filter_bits = filter_keys_max * 24;
const hash_count = 8;

class BloomFilter {
  readonly #words = new Uint32Array(filter_bits / 32);
  #keys = 0;

  get is_full(): boolean {
    return this.#keys >= filter_keys_max;
  }

  has({ first, second }: HashedKey): boolean {
    for (let index = 0; index < hash_count; index++) {
      const bit = (first + Math.imul(index, second)) >>> 0;
      const place = bit % filter_bits;
      if ((((this.#words[place >>> 5] as number) >>> (place & 31)) & 1) === 0) return false;
    }
    return true;
  }

  add({ first, second }: HashedKey): void {
    for (let index = 0; index < hash_count; index++) {
      const place = ((first + Math.imul(index, second)) >>> 0) % filter_bits;
      this.#words[place >>> 5] = (this.#words[place >>> 5] as number) | (1 << (place & 31));
    }
    this.#keys += 1;
  }
}
