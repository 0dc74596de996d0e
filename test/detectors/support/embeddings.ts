import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Sentence embeddings of CLINC150 and banking77 by all-MiniLM-L6-v2; they lie beside the repository. */
const folder = new URL('../../../../shared/data/embeddings/', import.meta.url);
export const dimension = 384;

export const has_embeddings = existsSync(folder);
if (!has_embeddings)
  console.warn('No embeddings at ../shared/data/embeddings: tests on real vectors are skipped.');

export interface Embeddings {
  /** CLINC150, all 150 intents. */
  readonly known: readonly Float32Array[];
  /** CLINC150's out-of-scope texts. */
  readonly out_of_scope: readonly Float32Array[];
  readonly banking: readonly Float32Array[];
  /** The intent of each text of `known`. */
  readonly known_intents: readonly string[];
  readonly banking_intents: readonly string[];
}

export function loadEmbeddings(): Embeddings {
  const load = (...names: readonly string[]) =>
    names.flatMap((name) => readRows(new URL(`${name}.f16`, folder)));
  return {
    known: load('clinc150.train', 'clinc150.val', 'clinc150.test'),
    out_of_scope: load('clinc150.oos_train', 'clinc150.oos_val', 'clinc150.oos_test'),
    banking: load('banking77.train', 'banking77.test'),
    known_intents: loadClincTexts().map(({ intent }) => intent),
    banking_intents: ['train', 'test'].flatMap(bankingIntents),
  };
}

/** The texts that `known` are the embeddings of. */
export function loadClincTexts(): { text: string; intent: string }[] {
  const json = readZipped('clinc150/data_full.json.gz');
  const splits = JSON.parse(json) as Record<string, [text: string, intent: string][]>;
  return ['train', 'val', 'test'].flatMap((split) =>
    (splits[split] ?? []).map(([text, intent]) => ({ text, intent })),
  );
}

/** The last column; texts may hold commas and line ends, intents may not. */
function bankingIntents(split: string): string[] {
  const rows = readZipped(`banking77/${split}.csv.gz`).matchAll(
    /(?:"(?:[^"]|"")*"|[^",\n]*),([^,"\r\n]+)\r?\n/g,
  );
  return Array.from(rows, ([, intent]) => intent as string).slice(1);
}

function readZipped(path: string): string {
  return gunzipSync(readFileSync(new URL(`../${path}`, folder))).toString('utf8');
}

function readRows(file: URL): Float32Array[] {
  const bytes = readFileSync(file);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return Array.from({ length: halves.length / dimension }, (_, row) =>
    toUnitLength(Float32Array.from(halves.subarray(row * dimension, (row + 1) * dimension), fromHalf)),
  );
}

/** IEEE 754 half precision: one sign bit, five of exponent, ten of fraction. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
