import type { Traces } from '../sketches/kernel-traces.ts';

/**
 * Traces of the covariance of units that are each in one category: C = W^½ (diag p - pp') W^½ for shares p and
 * weights W of the categories, so tr C² = tr D² - 2q'Dq + (q'q)² and so on with D = Wp and q = W^½p; and the mean
 * cube of the centred kernel k(a, b) = w[a = b]·… - w_a p_a - w_b p_b + p'Wp. With weights 1/p these are the exact
 * moments of Pearson's chi-square (Haldane, Biometrika 33, 1945; Dawson, Sankhyā 16, 1956) without the part that
 * comes from pairing a unit with itself.
 */
export function categoryTraces(shares: Float64Array, weights: Float64Array): Traces {
  const size = (category: number) => (shares[category] as number) * (weights[category] as number);
  const sum = (of: (category: number) => number) =>
    shares.reduce((total, _, category) => total + of(category), 0);
  const p = (category: number) => shares[category] as number;
  const [one, two, three] = [1, 2, 3].map((power) => sum((c) => size(c) ** power)) as [
    number,
    number,
    number,
  ];
  const [q1, q2, q3] = [1, 2, 3].map((power) => sum((c) => size(c) ** power * p(c))) as [
    number,
    number,
    number,
  ];
  return {
    first: one - q1,
    second: two - 2 * q2 + q1 ** 2,
    third: three - 3 * q3 + 3 * q2 * q1 - q1 ** 3,
    cubes: meanCube(shares, weights, q1),
  };
}

function meanCube(shares: Float64Array, weights: Float64Array, within: number): number {
  let total = 0;
  shares.forEach((p, a) => {
    const size = p * (weights[a] as number);
    let row = p * ((weights[a] as number) - 2 * size + within) ** 3 - p * (within - 2 * size) ** 3;
    for (let b = 0; b < shares.length; b++) {
      const other = shares[b] as number;
      const kernel = within - size - other * (weights[b] as number);
      row += other * kernel * kernel * kernel;
    }
    total += p * row;
  });
  return total;
}
