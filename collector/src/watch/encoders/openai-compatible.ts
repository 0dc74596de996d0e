import { type Encoder, EncoderError } from './encoder.ts';

const batch_texts_max = 128;
const timeout_ms_default = 30_000;
/** 128 vectors of 4,096 numbers written out take about 11 MB. */
const answer_bytes_max = 32 * 1024 * 1024;

/** What is wrong with a text rather than with the service, its address or the key. */
const refusing_statuses: readonly number[] = [400, 413, 422];

export interface OpenAiCompatibleOptions {
  /** The whole address, such as http://host/v1/embeddings. */
  readonly url: string;
  readonly model: string;
  readonly key: string | null;
  readonly timeout_ms?: number;
}

/** Asks an endpoint that speaks OpenAI's `POST /v1/embeddings`, one attempt for each batch of 128 texts. */
export function createOpenAiCompatibleEncoder(options: OpenAiCompatibleOptions): Encoder {
  let dimension: number | null = null;
  return {
    name: options.model,
    get dimension() {
      return dimension;
    },
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += batch_texts_max) {
        vectors.push(...(await embedBatch(texts.slice(start, start + batch_texts_max), options, signal)));
      }
      const length = vectors[0]?.length ?? null;
      if (vectors.some((vector) => vector.length !== length)) throw unusable('vectors of unlike length');
      dimension = length ?? dimension;
      return vectors;
    },
  };
}

async function embedBatch(
  texts: readonly string[],
  options: OpenAiCompatibleOptions,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const response = await post(texts, options, signal);
  if (!response.ok) {
    await response.body?.cancel();
    throw new EncoderError(`The embeddings endpoint answered ${response.status}.`, {
      refused: refusing_statuses.includes(response.status),
    });
  }
  return readVectors(await readText(response), texts.length);
}

async function post(
  texts: readonly string[],
  { url, model, key, timeout_ms = timeout_ms_default }: OpenAiCompatibleOptions,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
      // The key is for this address, not for wherever it might send us.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout_ms)]),
    });
  } catch (cause) {
    throw new EncoderError('The embeddings endpoint could not be reached.', { refused: false, cause });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > answer_bytes_max) throw new RangeError('The answer is too large.');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new EncoderError('The answer of the embeddings endpoint could not be read.', {
      refused: false,
      cause,
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Answer {
  readonly data: readonly { readonly index?: number; readonly embedding: readonly number[] }[];
}

/** Items carry their index, because an endpoint need not keep the order. */
function readVectors(text: string, wanted: number): Float32Array[] {
  const { data } = parseAnswer(text);
  if (!Array.isArray(data) || data.length !== wanted)
    throw unusable(`not one vector for each of ${wanted} texts`);
  const vectors: (Float32Array | undefined)[] = new Array(wanted).fill(undefined);
  data.forEach((item, position) => {
    const { index = position, embedding } = (item ?? {}) as Partial<Answer['data'][number]>;
    if (Array.isArray(embedding) && embedding.every(Number.isFinite))
      vectors[index] = Float32Array.from(embedding);
  });
  return Array.from({ length: wanted }, (_, index) => {
    const vector = vectors[index];
    if (vector === undefined || vector.length === 0)
      throw unusable('a vector that is missing or not of numbers');
    return vector;
  });
}

function parseAnswer(text: string): Partial<Answer> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Answer>;
  } catch (cause) {
    throw new EncoderError('The answer of the embeddings endpoint is not JSON.', { refused: false, cause });
  }
}

function unusable(what: string): EncoderError {
  return new EncoderError(`The answer of the embeddings endpoint holds ${what}.`, { refused: false });
}
