/**
 * Remembers which keys a day file holds, in little memory and without ever deciding wrongly: it answers
 * "new" or "stored" only when it is sure, and "ask" when the table has to be asked.
 *
 * Recent keys are kept exactly. All keys are in Bloom filters, which never forget a key but take about one in
 * 100,000 new ones for known (Bloom, 1970: m/n = 24 bits for each key, k = 8 hashes).
 */
export class KnownKeys {
  readonly #filters: BloomFilter[] = [];
  #recent = new Set<string>();
  #previous = new Set<string>();

  check(key: string): 'new' | 'stored' | 'ask' {
    if (this.#recent.has(key) || this.#previous.has(key)) return 'stored';
    const hash = hashKey(key);
    return this.#filters.some((filter) => filter.has(hash)) ? 'ask' : 'new';
  }

  get is_empty(): boolean {
    return this.#filters.length === 0;
  }

  add(key: string): void {
    let filter = this.#filters.at(-1);
    if (!filter || filter.is_full) {
      filter = new BloomFilter();
      this.#filters.push(filter);
    }
    filter.add(hashKey(key));
    this.remember(key);
  }

  /** Keeps a key that is in the filters already as a recent one. */
  remember(key: string): void {
    if (this.#recent.size >= recent_keys_max) {
      this.#previous = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(key);
  }

  /** After an erasure keys may be stored again; the filters then only ask once more. */
  forgetRecent(): void {
    this.#recent.clear();
    this.#previous.clear();
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

  has({ first, second }: Hash): boolean {
    for (let index = 0; index < hash_count; index++) {
      const bit = (first + Math.imul(index, second)) >>> 0;
      const place = bit % filter_bits;
      if ((((this.#words[place >>> 5] as number) >>> (place & 31)) & 1) === 0) return false;
    }
    return true;
  }

  add({ first, second }: Hash): void {
    for (let index = 0; index < hash_count; index++) {
      const place = ((first + Math.imul(index, second)) >>> 0) % filter_bits;
      this.#words[place >>> 5] = (this.#words[place >>> 5] as number) | (1 << (place & 31));
    }
    this.#keys += 1;
  }
}

interface Hash {
  readonly first: number;
  readonly second: number;
}

/**
 * Two 32-bit hashes of which the others are combined (Kirsch and Mitzenmacher, 2006). Mixing as in FNV-1a with
 * the finaliser of MurmurHash3.
 */
function hashKey(key: string): Hash {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x5bd1e995);
    second ^= second >>> 13;
  }
  return { first: finalise(first), second: finalise(second) | 1 };
}

function finalise(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
