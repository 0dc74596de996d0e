import { createRandom, shuffled } from '../../../../detectors/src/sketches/random.ts';
import { readShared } from '../../../support/shared-data.ts';

/** CLINC150: questions to an assistant on 150 subjects, in random order. */
export function assistantTexts(): string[] {
  const splits = JSON.parse(readShared('clinc150/data_full.json.gz')) as Record<string, [string, string][]>;
  const texts = ['train', 'val', 'test'].flatMap((split) => (splits[split] ?? []).map(([text]) => text));
  return shuffled(texts, createRandom(17));
}

/** banking77: questions to a bank, in random order. */
export function bankTexts(): string[] {
  const records = readShared('banking77/train.csv.gz').matchAll(/^(?:"((?:[^"]|"")*)"|([^",\n]*)),\w/gm);
  const texts = Array.from(records, ([, quoted, plain]) => (quoted ?? plain ?? '').replaceAll('""', '"'));
  return shuffled(texts.slice(1), createRandom(18));
}
