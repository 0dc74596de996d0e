import type { NewRow } from '../stores/schema.ts';
import type { EmbedRow, Store } from '../stores/store.ts';
import type { Counter } from './counter.ts';
import { type Encoder, EncoderError } from './encoders/encoder.ts';

const feature = 'embedding.user_message';
/** Encoders read only so much, and some refuse what is longer; the beginning of a message says what it is about. */
const text_characters_max = 8_000;

export interface EmbedRequest {
  readonly store: Pick<Store, 'take' | 'finish'>;
  readonly encoder: Encoder;
  readonly rows_max: number;
  readonly signal: AbortSignal;
  readonly skipped: Counter;
}

/**
 * Embeds one portion of the user messages that have no vector yet; returns how many rows it took, 0 when none
 * wait. Rejects with the encoder's or the store's error, and nothing is lost: the rows wait for the next round.
 */
export async function embedMessages(request: EmbedRequest): Promise<number> {
  const { store, rows_max, skipped } = request;
  const work = await store.take('embed', rows_max);
  if (work === null) return 0;
  const texts = [...new Set(work.rows.map(textOf))].filter((text) => text !== '');
  const vectors = await embedEach(texts, request);
  const results = work.rows.flatMap((row) => {
    const vector = vectors.get(textOf(row));
    return vector === undefined ? [] : [embeddingOf(row, vector, request.encoder)];
  });
  await store.finish(work, results);
  skipped.add('not_embeddable', work.rows.length - results.length);
  return work.rows.length;
}

function textOf({ text }: EmbedRow): string {
  return text.trim().slice(0, text_characters_max);
}

function embeddingOf(row: EmbedRow, vector: Float32Array, encoder: Encoder): NewRow<'embeddings'> {
  const { tenant, trace_id, span_id, conversation_id, time, text_hash } = row;
  return {
    ...{ tenant, trace_id, span_id, conversation_id, time, text_hash, feature, vector },
    slices: JSON.stringify(row.slices),
    encoder: encoder.name,
    dimension: vector.length,
  };
}

/**
 * The vectors of all texts but those the encoder refuses, which are found by halving. Where it refuses every
 * single one, the fault is not the texts', and the refusal is passed on.
 */
async function embedEach(
  texts: readonly string[],
  { encoder, signal }: EmbedRequest,
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  let refusal: EncoderError | null = null;
  const waiting: (readonly string[])[] = texts.length === 0 ? [] : [texts];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    try {
      const vectors = await encoder.embed(part, signal);
      for (const [index, text] of part.entries()) found.set(text, vectors[index] as Float32Array);
    } catch (error) {
      if (!(error instanceof EncoderError && error.refused)) throw error;
      refusal = error;
      const half = Math.ceil(part.length / 2);
      if (part.length > 1) waiting.push(part.slice(half), part.slice(0, half));
    }
  }
  if (refusal !== null && found.size === 0) throw refusal;
  return found;
}
