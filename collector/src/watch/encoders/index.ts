import type { Options } from '../../options.ts';
import type { Encoder } from './encoder.ts';
import { createNgramEncoder } from './ngram.ts';
import { createOpenAiCompatibleEncoder } from './openai-compatible.ts';

/** The encoder the options ask for: an endpoint where one is named, else the one that is always there. */
export function createEncoder({
  embed_url,
  embed_model,
  embed_key,
}: Pick<Options, 'embed_url' | 'embed_model' | 'embed_key'>): Encoder {
  if (embed_url === null) return createNgramEncoder();
  return createOpenAiCompatibleEncoder({ url: embed_url, model: embed_model, key: embed_key });
}
