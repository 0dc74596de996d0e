import { embedded_characters_max } from '../stores/measured.ts';
import type { NewRow } from '../stores/schema.ts';
import type { EmbedRow, Store } from '../stores/store.ts';
import type { Counter } from './counter.ts';
import { type Encoder, EncoderError } from './encoders/encoder.ts';
import type { WatchedFeatures } from './features.ts';
import { mapInTurns } from './in-turns.ts';
import { type Sampling, selectionOf } from './sampling.ts';
import { withLanguage } from './slices.ts';

export interface EmbedRequest {
  readonly store: Pick<Store, 'take' | 'finish'>;
  readonly encoder: Encoder;
  readonly rows_max: number;
  readonly signal: AbortSignal;
  readonly skipped: Counter;
  readonly sampling: Sampling;
  readonly watched: WatchedFeatures;
}

/** A text to be embedded. */
interface Asked {
  readonly row: EmbedRow;
  readonly feature: 'embedding.user_message' | 'embedding.output';
  readonly text: string;
  readonly text_hash: string;
  /** Share of conversations taken. */
  readonly probability: number;
}

/**
 * Embeds one portion of the messages that have no vector yet; returns how many rows it took, 0 when none
 * wait. Rejects with the encoder's or the store's error, and nothing is lost: the rows wait for the next round.
 */
export async function embedMessages(request: EmbedRequest): Promise<number> {
  const { store, rows_max, skipped, sampling } = request;
  const work = await store.take('embed', rows_max, { selection: selectionOf(sampling, 'embed') });
  if (work === null) return 0;
  const asked = work.rows.flatMap((row) =>
    textsOf(row, sampling.probability('embed', row) as number, request),
  );
  const texts = [...new Set(asked.map(({ text }) => text))].filter((text) => text !== '');
  const vectors = await embedEach(texts, request);
  const made = await mapInTurns(asked, (one) => {
    const vector = vectors.get(one.text);
    return vector === undefined ? [] : [embeddingOf(one, vector, request.encoder)];
  });
  const results = made.flat();
  await store.finish(work, results);
  skipped.add('not_embeddable', asked.length - results.length);
  skipped.add('sampled_out', work.left_out);
  return work.rows.length + work.left_out;
}

/** What is said in the output is embedded only where that is asked for by name: it doubles the work. */
function textsOf(row: EmbedRow, probability: number, { watched }: EmbedRequest): Asked[] {
  const said = [
    { feature: 'embedding.user_message', text: row.text, text_hash: row.text_hash } as const,
    ...(row.output_text === null || row.output_hash === null || !watched.names('embedding.output')
      ? []
      : [{ feature: 'embedding.output', text: row.output_text, text_hash: row.output_hash } as const]),
  ];
  return said
    .filter(({ feature }) => watched.includes(feature))
    .map((one) => ({ row, ...one, text: one.text.trim().slice(0, embedded_characters_max), probability }));
}

function embeddingOf(
  { row, feature, text_hash, probability }: Asked,
  vector: Float32Array,
  encoder: Encoder,
): NewRow<'embeddings'> {
  const { tenant, trace_id, span_id, conversation_id, time } = row;
  return {
    ...{ tenant, trace_id, span_id, conversation_id, time, text_hash, feature, vector },
    slices: JSON.stringify(withLanguage(row.slices, row.text)),
    encoder: encoder.name,
    dimension: vector.length,
    sampling_probability: probability === 1 ? null : probability,
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
