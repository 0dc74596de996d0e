import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCandidates } from '../../../detectors/src/simd/candidates.ts';
import { createSimdFeatures } from '../../../detectors/src/simd/features.ts';
import { measuringPath } from '../../../detectors/src/simd/platform.ts';
import { createNearest, createPlainNearest } from '../../../detectors/src/sketches/centres.ts';
import { fitCentres } from '../../../detectors/src/sketches/k-means.ts';
import { kernel_section } from '../../../detectors/src/sketches/layout.ts';
import {
  createPlainFeatures,
  drawFrequencies,
  type FeatureMap,
} from '../../../detectors/src/sketches/random-features.ts';
import { has_embeddings, loadEmbeddings, dimension as real_dimension } from '../support/embeddings.ts';
import { cloud } from '../support/gaussian.ts';

/** Plain JavaScript is the definition; vector instructions must meet it to the last bit. */

const dimensions = [1, 3, 100, 384, 768, 1_536, 2_500];
const huge = 3e38;
const denormal = 1e-45;

test('vector instructions are in use here', () => {
  expect(measuringPath()).toBe('WebAssembly SIMD');
});

function degenerate(dimension: number): Float32Array[] {
  const fill = (value: (i: number) => number) => Float32Array.from({ length: dimension }, (_, i) => value(i));
  return [
    ...[0, -0, 1, huge, -huge, denormal].map((value) => fill(() => value)),
    ...[1, huge, denormal].map((value) => fill((i) => (i === dimension - 1 ? value : 0))),
    fill((i) => (i % 2 === 0 ? huge : -denormal)),
    fill((i) => (i % 3 === 0 ? 1_024 : i * 1e-6)),
  ];
}

/** Random vectors whose numbers are of any size and sign. */
function anyVector(dimension: number): fc.Arbitrary<Float32Array> {
  return fc.float32Array({
    minLength: dimension,
    maxLength: dimension,
    noNaN: true,
    noDefaultInfinity: true,
  });
}

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
    for (const vector of degenerate(dimension)) expectSame(maps, vector);
    fc.assert(
      fc.property(anyVector(dimension), (vector) => expectSame(maps, vector)),
      { numRuns: 30 },
    );
  });
});

describe('the nearest centre', () => {
  const expectSame = (centres: Parameters<typeof createNearest>[0], vectors: readonly Float32Array[]) => {
    const [plain, simd, candidates] = [
      createPlainNearest(centres),
      createNearest(centres),
      createCandidates(centres)!,
    ];
    for (const vector of vectors) {
      const expected = plain(vector);
      expect(simd(vector)).toEqual(expected);
      expect(candidates(vector)).toContain(expected.index);
    }
  };
  const centresOf = (rows: readonly Float32Array[], dimension: number) => ({
    dimension,
    values: Float32Array.from(rows.flatMap((row) => Array.from(row))),
  });

  test.each(dimensions)('is the same for %d numbers', (dimension) => {
    const rows = cloud({ count: 60, dimension, seed: 2 });
    expectSame(fitCentres(rows, 19, dimension), [...rows, ...degenerate(dimension)]);
    expectSame(centresOf([...degenerate(dimension), ...rows], dimension), [
      ...degenerate(dimension),
      ...rows,
    ]);
  });

  test.each([1, 7, 8, 9, 33, 256])('is the same among %d centres', (count) => {
    const dimension = 20;
    const rows = cloud({ count: count + 50, dimension, seed: count });
    expectSame(centresOf(rows.slice(0, count), dimension), rows);
  });

  test('is the same where centres are equal or nearly so', () => {
    const dimension = 12;
    const [first = new Float32Array()] = cloud({ count: 1, dimension, seed: 3 });
    const nearly = Array.from({ length: 40 }, (_, i) =>
      first.map((value, at) => (at === i % 12 ? value + i * 1e-7 : value)),
    );
    expectSame(centresOf(nearly, dimension), [...nearly, ...cloud({ count: 20, dimension, seed: 4 })]);
  });

  test('is the first of equals, and found among all where there are too many candidates', () => {
    const dimension = 12;
    const rows = cloud({ count: 4, dimension, seed: 8 });
    const centres = centresOf(
      Array.from({ length: 300 }, (_, i) => rows[i % 3]!),
      dimension,
    );
    for (const row of rows) expect(createCandidates(centres)!(row).length).toBeGreaterThanOrEqual(100);
    expectSame(centres, rows);
    expect(rows.slice(0, 3).map((row) => createNearest(centres)(row).index)).toEqual([0, 1, 2]);
  });

  test('is the same far from the origin, where rounding is coarse', () => {
    const dimension = 30;
    const rows = cloud({ count: 120, dimension, seed: 5 }).map((row) =>
      row.map((value) => 1_000 + value / 10),
    );
    expectSame(centresOf(rows.slice(0, 50), dimension), rows);
  });

  test('is the same for numbers of any size', () => {
    const dimension = 9;
    fc.assert(
      fc.property(
        fc.array(anyVector(dimension), { minLength: 1, maxLength: 20 }),
        fc.array(anyVector(dimension), { minLength: 1, maxLength: 5 }),
        (rows, vectors) => expectSame(centresOf(rows, dimension), [...vectors, ...rows]),
      ),
      { numRuns: 200 },
    );
  });

  test('is among few candidates for vectors as they come', () => {
    const dimension = 384;
    const rows = cloud({ count: 700, dimension, seed: 6 });
    const candidates = createCandidates(fitCentres(rows.slice(0, 400), 50, dimension))!;
    const found = rows.slice(400).map((row) => candidates(row).length);
    expect(found.reduce((sum, count) => sum + count, 0) / found.length).toBeLessThan(1.5);
  });
});

test.runIf(has_embeddings)('real vectors measure the same', () => {
  const rows = loadEmbeddings().known.slice(0, 1_000);
  const centres = fitCentres(rows.slice(0, 512), 64, real_dimension);
  const [plain, simd] = [createPlainNearest(centres), createNearest(centres)];
  for (const row of rows) expect(simd(row)).toEqual(plain(row));
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
