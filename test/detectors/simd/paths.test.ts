import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSimdFeatures } from '../../../detectors/src/simd/features.ts';
import { measuringPath } from '../../../detectors/src/simd/platform.ts';
import { kernel_section } from '../../../detectors/src/sketches/layout.ts';
import {
  createPlainFeatures,
  drawFrequencies,
  type FeatureMap,
} from '../../../detectors/src/sketches/random-features.ts';
import { cloud } from '../support/gaussian.ts';
import { anyVector, degenerateVectors } from '../support/vectors.ts';

/** Plain JavaScript is the definition; vector instructions must meet it to the last bit. */

const dimensions = [1, 3, 100, 384, 768, 1_536, 2_500];

test('vector instructions are in use here', () => {
  expect(measuringPath()).toBe('WebAssembly SIMD');
});

describe('random features', () => {
  const both = (dimension: number) => {
    const frequencies = drawFrequencies({ dimension, seed: dimension, median_distance: 1.3 });
    return [createPlainFeatures(frequencies), createSimdFeatures(frequencies) as FeatureMap] as const;
  };
  const expectSame = ([plain, simd]: readonly [FeatureMap, FeatureMap], vector: Float32Array) => {
    const [expected, found] = [
      new Float64Array(kernel_section.length),
      new Float64Array(kernel_section.length),
    ];
    plain(vector, expected);
    simd(vector, found);
    expect(found).toEqual(expected);
  };

  test.each(dimensions)('are the same for %d numbers', (dimension) => {
    const maps = both(dimension);
    for (const vector of cloud({ count: 50, dimension, seed: 1 })) expectSame(maps, vector);
    for (const vector of degenerateVectors(dimension)) expectSame(maps, vector);
    fc.assert(
      fc.property(anyVector(dimension), (vector) => expectSame(maps, vector)),
      { numRuns: 30 },
    );
  });
});

describe('a platform without vector instructions', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const { WebAssembly } = globalThis as unknown as { WebAssembly: Record<string, unknown> };
  const { validate, Module, Instance } = WebAssembly;
  class RefusedMemory {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  }
  class CompileError extends Error {}
  class RefusedModule {
    constructor() {
      throw new CompileError('code generation is not allowed');
    }
  }

  test.each<[string, string, object | undefined]>([
    ['has no WebAssembly', 'JavaScript', undefined],
    ['knows no such instructions', 'JavaScript', { validate: () => false, CompileError }],
    ['forbids modules', 'JavaScript', { validate, Module: RefusedModule, CompileError }],
    ['has no addresses left', 'WebAssembly SIMD', { validate, Module, Instance, Memory: RefusedMemory }],
  ])('that %s makes the same fit and the same sums', async (_, path, platform) => {
    const { createFit, sketchVectors } = await import('../../../detectors/src/index.ts');
    const request = {
      encoder: 'test',
      dimension: 30,
      vectors: cloud({ count: 300, dimension: 30, seed: 7 }),
    };
    const fit = createFit(request);
    const sketch = sketchVectors(fit, request.vectors);

    vi.stubGlobal('WebAssembly', platform);
    vi.resetModules();
    const without = await import('../../../detectors/src/index.ts');
    expect(without.measuringPath()).toBe(path);
    const fit_without = without.createFit(request);
    expect(fit_without).toEqual(fit);
    expect(without.sketchVectors(fit_without, request.vectors)).toEqual(sketch);
  });
});
