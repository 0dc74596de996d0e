/**
 * Makes texts of the bytes of one request, short ones once each: attribute names and values such as a model repeat
 * in every span. The table is fixed in size, and a text that falls on the place of another takes it.
 */
export class TextCache {
  readonly #buffer: Buffer;
  readonly #view: DataView;
  readonly #encoding: 'utf8' | 'hex';
  readonly #entries: (Entry | null)[] = new Array(places).fill(null);

  constructor(buffer: Buffer, view: DataView, encoding: 'utf8' | 'hex') {
    this.#buffer = buffer;
    this.#view = view;
    this.#encoding = encoding;
  }

  read(start: number, end: number): string {
    const length = end - start;
    if (length < 4 || length > remembered_bytes_max) return this.#buffer.toString(this.#encoding, start, end);
    const place = this.#place(start, end);
    const entry = this.#entries[place];
    if (entry && entry.length === length && this.#same(entry.start, start, end)) return entry.text;
    const text = this.#buffer.toString(this.#encoding, start, end);
    this.#entries[place] = { start, length, text };
    return text;
  }

  // Two words of four bytes and the length tell names apart well enough; the rest is for the comparison.
  #place(start: number, end: number): number {
    const middle = this.#view.getInt32((start + end - 4) >>> 1, true);
    const hash = Math.imul(this.#view.getInt32(end - 4, true) ^ (end - start), 0x9e3779b1) ^ middle;
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - place_bits);
  }

  // The last word may overlap the one before it.
  #same(known: number, start: number, end: number): boolean {
    const offset = known - start;
    if (this.#view.getInt32(end - 4, true) !== this.#view.getInt32(end - 4 + offset, true)) return false;
    for (let at = start; at < end - 4; at += 4)
      if (this.#view.getInt32(at, true) !== this.#view.getInt32(at + offset, true)) return false;
    return true;
  }
}

interface Entry {
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

const place_bits = 9;
const places = 1 << place_bits;
const remembered_bytes_max = 64;
