import { DetectorError, featureKind } from '@sextant/detectors';
import { expect, test } from 'vitest';
import { embeddingKind } from '../../../detectors/src/kinds/embedding.ts';
import { kindContract } from '../../contracts/kind.ts';
import { cloud } from '../support/gaussian.ts';

const dimension = 6;
const vectors = cloud({ count: 240, dimension, seed: 1 });

kindContract({
  kind: embeddingKind,
  fit_units: Array.from({ length: 120 }, (_, unit) => vectors.slice(unit * 2, unit * 2 + 1 + (unit % 2))),
  units: Array.from({ length: 20 }, (_, unit) =>
    cloud({ count: 1 + (unit % 4), dimension, seed: 50 + unit }),
  ),
  bad_values: [new Float32Array(3), new Float32Array(dimension).fill(Number.NaN)],
});

test('measures features whose names begin with embedding', () => {
  expect(featureKind('embedding.input')).toBe(embeddingKind);
});

test('refuses a feature that no kind measures', () => {
  expect(() => featureKind('unheard.of')).toThrow(expect.objectContaining({ code: 'unknown_feature' }));
});

test('refuses a unit without vectors', () => {
  const fit = embeddingKind.createFit({ source: 'test', units: vectors.map((vector) => [vector]) });
  expect(() => embeddingKind.createMeasure(fit)([])).toThrow(DetectorError);
});
