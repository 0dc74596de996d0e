import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { makePayloads, type Payload } from './payload.ts';
import { placesOf, variantOf } from './variants.ts';

const compress = promisify(zstdCompress);

/**
 * Requests of so many spans with zstd, without end. Few templates and a number in every id and text: making bodies
 * must cost little beside storing them.
 */
export function endlessBodies(spans: number): () => Promise<Buffer> {
  const templates = makePayloads({ requests: 16, spans, seed: 11 }).map(({ identity }: Payload) => {
    return { identity, places: placesOf(identity) };
  });
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  let number = 0;
  return () => {
    number += 1;
    const template = templates[number % templates.length] as (typeof templates)[number];
    return compress(variantOf(template.identity, template.places, number), { params });
  };
}
