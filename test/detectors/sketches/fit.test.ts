import { createFit, DetectorError, parseFit, serialiseFit, sketchVectors } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { fitId } from '../../../detectors/src/sketches/fit.ts';
import type { KernelFit } from '../../../detectors/src/sketches/fit-kernels.ts';
import { cloud } from '../support/gaussian.ts';

const dimension = 10;
const vectors = cloud({ count: 400, dimension, seed: 1 });
const fit = createFit({ encoder: 'an encoder', dimension, vectors, seed: 7 });

function withAnotherSlope({ traces, unlike }: KernelFit): KernelFit {
  const narrowing = traces.narrowing as NonNullable<KernelFit['traces']['narrowing']>;
  return { unlike, traces: { ...traces, narrowing: { ...narrowing, slope: narrowing.slope + 1 } } };
}

describe('createFit', () => {
  test('depends on its input alone, and its id on all of it', () => {
    expect(createFit({ encoder: 'an encoder', dimension, vectors, seed: 7 })).toEqual(fit);
    const ids = [
      fit,
      createFit({ encoder: 'another', dimension, vectors, seed: 7 }),
      createFit({ encoder: 'an encoder', dimension, vectors, seed: 8 }),
      createFit({ encoder: 'an encoder', dimension, vectors: vectors.slice(1), seed: 7 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(fit.id).toMatch(/^an encoder:10:s7:v2:[0-9a-f]{16}$/);
  });

  test('takes at most one centre for eight vectors, and at most 256', () => {
    expect(fit.centres.values.length).toBe((400 / 8) * dimension);
    const many = createFit({
      encoder: 'test',
      dimension,
      vectors: cloud({ count: 2_100, dimension, seed: 2 }),
    });
    expect(many.centres.values.length).toBe(256 * dimension);
  });

  test('refuses too few vectors and bad ones', () => {
    const fitOn = (rows: readonly Float32Array[]) => () =>
      createFit({ encoder: 'test', dimension, vectors: rows });
    expect(fitOn(vectors.slice(0, 63))).toThrow(expect.objectContaining({ code: 'too_few_rows' }));
    expect(fitOn([...vectors, new Float32Array(3)])).toThrow(expect.objectContaining({ code: 'bad_vector' }));
    expect(fitOn([...vectors, new Float32Array(dimension).fill(Number.NaN)])).toThrow(DetectorError);
  });
});

describe('serialiseFit and parseFit', () => {
  test('give back the same fit, bit for bit', () => {
    const read = parseFit(serialiseFit(fit));
    expect(read).toEqual(fit);
    expect(sketchVectors(read, vectors)).toEqual(sketchVectors(fit, vectors));
  });

  test('read a fit of a version that knew nothing of narrower populations', () => {
    const without = ({ traces: { narrowing: _, ...traces }, unlike }: KernelFit) => ({ traces, unlike });
    const { leaves, parents } = fit.clusters;
    const earlier = {
      ...fit,
      kernels: fit.kernels.map(without),
      clusters: { leaves: without(leaves), parents: without(parents) },
    };
    const named = { ...earlier, id: fitId(earlier) };
    expect(parseFit(serialiseFit(named))).toEqual(named);
  });

  test.each([
    ['nothing', ''],
    ['no fit', '{}'],
    ['a cut text', serialiseFit(fit).slice(0, -10)],
    ['another distance', serialiseFit({ ...fit, median_distance: fit.median_distance * 2 })],
    ['another encoder', serialiseFit({ ...fit, encoder: 'another' })],
    ['fewer kernels', serialiseFit({ ...fit, kernels: fit.kernels.slice(1) })],
    ['another slope', serialiseFit({ ...fit, kernels: fit.kernels.map(withAnotherSlope) })],
  ])('refuse %s', (_, text) => {
    expect(() => parseFit(text)).toThrow(expect.objectContaining({ code: 'bad_fit' }));
  });
});
