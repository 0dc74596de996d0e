import { createFit, detectors, sketchVectors } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { embeddingKind } from '../../../detectors/src/kinds/embedding.ts';
import { detectorContract } from '../../contracts/detector.ts';
import { cloud } from '../support/gaussian.ts';

const dimension = 16;
const fit = createFit({ encoder: 'test', dimension, vectors: cloud({ count: 800, dimension, seed: 1 }) });
const reference = cloud({ count: 3_000, dimension, seed: 2 });

detectorContract({
  name: 'embedding-drift',
  kind: embeddingKind,
  detector: embeddingDrift,
  fit,
  reference: reference.map((vector) => [vector]),
  same: cloud({ count: 400, dimension, seed: 3 }).map((vector) => [vector]),
  other: cloud({ count: 400, dimension, seed: 4, shift: 1 }).map((vector) => [vector]),
});

describe('embedding-drift', () => {
  const detect = (current: readonly Float32Array[]) =>
    embeddingDrift.detect({
      fit,
      reference: sketchVectors(fit, reference),
      current: sketchVectors(fit, current),
      alpha: 0.001,
      tolerance: 0.02,
    });

  test('is in the list', () => {
    expect(detectors).toContain(embeddingDrift);
  });

  test('tells what was never there before', () => {
    const far = cloud({ count: 100, dimension, seed: 5, shift: 3 });
    const verdict = detect([...cloud({ count: 400, dimension, seed: 6 }), ...far]);
    expect(verdict.drifted).toBe(true);
    expect(verdict.why).toContain('far from everything');
    expect(verdict.effect_low).toBeLessThan(0.2);
    expect(verdict.effect_high).toBeGreaterThan(0.2);
  });

  test('finds a part of the known that became frequent, though nothing is new', () => {
    const half = cloud({ count: 2_000, dimension, seed: 7 }).filter(([first = 0]) => first > 0);
    const verdict = detect(half.slice(0, 500));
    expect(verdict.drifted).toBe(true);
    expect(verdict.why).toContain('mix of meanings');
  });

  test('judges vectors that are all the same', () => {
    const constant = new Float32Array(dimension).fill(0.25);
    const same_fit = createFit({ encoder: 'test', dimension, vectors: Array(100).fill(constant) });
    const request = { fit: same_fit, alpha: 0.001, tolerance: 0.02 };
    const same = sketchVectors(same_fit, Array(100).fill(constant));
    const other = sketchVectors(same_fit, Array(100).fill(constant.map((value) => value + 1)));
    expect(embeddingDrift.detect({ ...request, reference: same, current: same }).drifted).toBe(false);
    expect(embeddingDrift.detect({ ...request, reference: same, current: other }).drifted).toBe(true);
  });
});
