import { endianness } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import { putTexts } from './content.ts';
import { runtime } from './runtime.ts';
import {
  GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  SEXTANT_CONTENT_TRUNCATED,
  SEXTANT_EMBEDDING_INPUTS,
  SEXTANT_EMBEDDING_VECTORS,
} from './semconv.ts';
import { asList, asRecord } from './values.ts';

/** Most vectors on one span; providers take no more inputs in one request. */
const VECTORS_MAX = 2048;
const BYTES_PER_NUMBER = 4;

/** Writes the texts embedded: a text, a list of texts, or a request with `input`, `inputs`, `texts` or `values`. */
export function putEmbeddingInputs(attributes: Attributes, input: unknown): void {
  const request = Array.isArray(input) ? undefined : asRecord(input);
  const given =
    request === undefined
      ? input
      : (request['input'] ?? request['inputs'] ?? request['texts'] ?? request['values']);
  const texts = (asList(given) ?? [given]).filter((text) => typeof text === 'string');
  if (texts.length > 0) putTexts(attributes, SEXTANT_EMBEDDING_INPUTS, texts.slice(0, VECTORS_MAX));
}

/** Writes the vectors and their dimension. The vectors have a switch of their own; the dimension is no secret. */
export function putEmbeddings(attributes: Attributes, result: unknown): void {
  const encoded: string[] = [];
  let dimension: number | undefined;
  for (const vector of findVectors(result)) {
    const bytes = vectorBytes(vector);
    if (bytes === undefined) continue;
    dimension ??= bytes.byteLength / BYTES_PER_NUMBER;
    if (encoded.length === VECTORS_MAX) {
      attributes[SEXTANT_CONTENT_TRUNCATED] = true;
      break;
    }
    if (runtime().capture.vectors) encoded.push(bytes.toString('base64'));
  }
  if (dimension !== undefined) attributes[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimension;
  if (encoded.length > 0) attributes[SEXTANT_EMBEDDING_VECTORS] = encoded;
}

/**
 * Vectors of a result of any common shape: one vector, a list of them, OpenAI's `data[].embedding`, or a result with
 * `embedding` or `embeddings`.
 */
function findVectors(result: unknown): readonly unknown[] {
  if (isVector(result)) return [result];
  const list = asList(result);
  if (list !== undefined) return list.map((item) => (isVector(item) ? item : asRecord(item)?.['embedding']));
  const record = asRecord(result);
  const data = asList(record?.['data']);
  if (data !== undefined) return data.map((item) => asRecord(item)?.['embedding']);
  return asList(record?.['embeddings']) ?? [record?.['embedding']];
}

function isVector(value: unknown): boolean {
  return (
    value instanceof Float32Array || value instanceof Float64Array || typeof asList(value)?.[0] === 'number'
  );
}

/** Little-endian float32, whatever the vector came as; text is taken for base64 of just that, as OpenAI sends it. */
function vectorBytes(vector: unknown): Buffer | undefined {
  if (typeof vector === 'string') {
    const bytes = Buffer.from(vector, 'base64');
    return bytes.byteLength > 0 && bytes.byteLength % BYTES_PER_NUMBER === 0 ? bytes : undefined;
  }
  if (!isVector(vector)) return undefined;
  const numbers = Float32Array.from(vector as ArrayLike<number>);
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return endianness() === 'BE' ? bytes.swap32() : bytes;
}
