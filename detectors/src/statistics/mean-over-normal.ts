/** Nodes and weights for a standard normal variable. */
const nodes = [
  { at: 0, weight: 2 / 3 },
  { at: Math.sqrt(3), weight: 1 / 6 },
  { at: -Math.sqrt(3), weight: 1 / 6 },
] as const;

/**
 * Mean of a function of a standard normal variable, exact for polynomials up to the fifth power (Gauss–Hermite
 * quadrature: Abramowitz and Stegun, "Handbook of mathematical functions", 1964, formula 25.4.46).
 */
export function meanOverNormal(of: (value: number) => number): number {
  return nodes.reduce((sum, { at, weight }) => sum + weight * of(at), 0);
}
