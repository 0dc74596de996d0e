import { benjaminiHochberg } from './benjamini-hochberg.ts';

/**
 * Places of the hypotheses to reject so that at most a share `level` of the rejected is false on average, however
 * the e-values depend on each other: Benjamini and Hochberg's procedure on 1 / e (Wang and Ramdas, "False discovery
 * rate control with e-values", Journal of the Royal Statistical Society B 84, 2022).
 *
 * Hand over what e-values are now. The highest they ever were are no e-values, and their rate is not controlled.
 * With the evidence of e-detectors it is the e-d-BH procedure: whenever one stops, the expected share of false alarms
 * is at most `level` times the expected number of windows until then (Dandapanthula and Ramdas, "Multiple testing in
 * multi-stream sequential change detection", arXiv 2501.04130).
 */
export function eBenjaminiHochberg(e_values: readonly number[], level: number): number[] {
  return benjaminiHochberg(
    e_values.map((e) => 1 / e),
    level,
  );
}
