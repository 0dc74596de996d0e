import { mapInTurns } from '../in-turns.ts';
import type { Encoder } from './encoder.ts';

const dimension = 384;
const shortest = 3;
const longest = 5;
const ngrams_of_character = longest - shortest + 1;
/** Longer words, such as encoded files, say no more by their n-grams than their beginning does. */
const word_characters_max = 64;

/**
 * The encoder that is always there: the character n-grams of each word, hashed to 384 signed places (Weinberger
 * et al., "Feature hashing for large scale multitask learning", ICML 2009), each weighted by the root of its
 * count, the whole scaled to unit length.
 *
 * It knows spelling, not meaning: it finds new subjects and new vocabulary, but takes a paraphrase for something
 * new and a new sense of known words for something known. A sentence encoder finds weaker drift in fewer texts.
 */
export function createNgramEncoder(): Encoder {
  return {
    name: 'sextant-ngram-1',
    dimension,
    embed: (texts) => mapInTurns(texts, embedText),
  };
}

function embedText(text: string): Float32Array {
  const counted = countWords(text);
  const characters = [...counted.keys()].reduce((sum, word) => sum + word.length, 0);
  const counts = new NgramCounts(ngrams_of_character * characters);
  for (const [word, times] of counted) {
    for (let start = 0; start < word.length; start++) countNgrams(word, start, times, counts);
  }
  return toUnitLength(counts.toPlaces());
}

/**
 * How often each word comes, between marks, so that the start and the end of a word count, and the shortest word is an
 * n-gram. Scripts without spaces give long words. Half of the words of a text are there already.
 */
function countWords(text: string): Map<string, number> {
  const counted = new Map<string, number>();
  for (const word of text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) {
    const marked = `<${word.slice(0, word_characters_max)}>`;
    counted.set(marked, (counted.get(marked) ?? 0) + 1);
  }
  return counted;
}

/**
 * Counts the n-grams that begin at a place. FNV-1a over UTF-16 code units goes on from one length to the next; the
 * finaliser of MurmurHash3 makes all bits depend on all of the text.
 */
function countNgrams(word: string, start: number, times: number, counts: NgramCounts): void {
  const end = Math.min(start + longest, word.length);
  let running = 0x811c9dc5;
  for (let place = start; place < end; place++) {
    running = Math.imul(running ^ word.charCodeAt(place), 0x01000193);
    if (place - start + 1 < shortest) continue;
    counts.add(finalise(running), times);
  }
}

function finalise(running: number): number {
  let hash = Math.imul(running ^ (running >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** How often each hash came: as a `Map` in less than half of the time. Open addressing with linear probing. */
class NgramCounts {
  readonly #slots: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #counts: Uint32Array;
  #size = 0;

  constructor(most: number) {
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#hashes = new Uint32Array(most);
    this.#counts = new Uint32Array(most);
  }

  add(hash: number, times: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    let taken = this.#slots[slot] as number;
    while (taken !== 0 && this.#hashes[taken - 1] !== hash) {
      slot = (slot + 1) & mask;
      taken = this.#slots[slot] as number;
    }
    if (taken === 0) {
      this.#hashes[this.#size] = hash;
      this.#size += 1;
      this.#slots[slot] = this.#size;
      taken = this.#size;
    }
    this.#counts[taken - 1] = (this.#counts[taken - 1] as number) + times;
  }

  toPlaces(): Float64Array {
    const vector = new Float64Array(dimension);
    for (let index = 0; index < this.#size; index++) {
      const hash = this.#hashes[index] as number;
      const place = (hash >>> 1) % dimension;
      vector[place] =
        (vector[place] as number) + (hash & 1 ? 1 : -1) * Math.sqrt(this.#counts[index] as number);
    }
    return vector;
  }
}

/** A text without words becomes the zero vector. */
function toUnitLength(vector: Float64Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const unit = new Float32Array(vector.length);
  if (length > 0)
    for (let place = 0; place < unit.length; place++) unit[place] = (vector[place] as number) / length;
  return unit;
}
