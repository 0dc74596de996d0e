import { countShares } from '../statistics/count-shares.ts';
import { designEffect, type UnitSide, varianceOfMean } from '../statistics/design-effect.ts';
import { jensenShannon } from '../statistics/jensen-shannon.ts';
import { lInfinity } from '../statistics/l-infinity.ts';
import { populationStability } from '../statistics/population-stability.ts';

/**
 * Measures that other tools show, each beside what it is on average without drift. PSI: (K - 1)(1/n + 1/N) for K
 * places; Jensen–Shannon in bits: an eighth of that over ln 2 (both are chi-square distances to second order);
 * L∞: at least the mean size of the difference in the place that varies most, √(2/π) of its deviation. Units of
 * several values vary less, by the design effect.
 */
export function mixMeasures(reference: UnitSide, current: UnitSide): Record<string, number> {
  const pair = [reference.counts, current.counts] as const;
  const pooled = countShares(Float64Array.from(pair[0], (count, i) => count + (pair[1][i] as number)));
  const places = pooled.filter((share) => share > 0).length;
  const spread = (1 / reference.count + 1 / current.count) * designEffect(reference, current);
  const variances = pooled.map((_, i) => varianceOfMean(reference, i) + varianceOfMean(current, i));
  return {
    psi: populationStability(...pair),
    psi_expected: (places - 1) * spread,
    jensen_shannon: jensenShannon(...pair),
    jensen_shannon_expected: ((places - 1) * spread) / (8 * Math.LN2),
    l_infinity: lInfinity(...pair),
    l_infinity_expected: Math.sqrt((2 / Math.PI) * Math.max(0, ...variances)),
  };
}
