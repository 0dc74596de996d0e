/**
 * A value that a chi-square variable exceeds with probability `error` at most (Laurent and Massart, Annals of
 * Statistics 28, 2000, lemma 1).
 */
export function chiSquareUpperBound(degrees: number, error: number): number {
  const log = Math.log(1 / error);
  return degrees + 2 * Math.sqrt(degrees * log) + 2 * log;
}
