import { expect, test } from 'vitest';
import { bin_scores, binOf, fitBinEdges, tail_shares } from '../../../detectors/src/sketches/novelty-bins.ts';

test('scores average to 1 for vectors like those of the fit, and to more for others', () => {
  const average = bin_scores.reduce((sum, score, bin) => {
    return sum + score * ((tail_shares[bin] as number) - (tail_shares[bin + 1] ?? 0));
  }, 0);
  expect(average).toBeCloseTo(1, 6);
  expect(bin_scores.every((score, bin) => bin === 0 || score > (bin_scores[bin - 1] as number))).toBe(true);
});

test('edges split the distances of the fit by the shares', () => {
  const distances = Array.from({ length: 5_000 }, (_, i) => ((i * 2_887) % 5_000) / 5_000);
  const edges = fitBinEdges(distances);
  tail_shares.slice(1).forEach((share, index) => {
    const beyond = distances.filter((distance) => binOf(distance, edges) > index).length;
    expect(Math.abs(beyond / 5_000 - share)).toBeLessThan(0.0005);
  });
  expect(binOf(-1, edges)).toBe(0);
  expect(binOf(2, edges)).toBe(edges.length);
});
