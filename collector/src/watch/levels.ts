/**
 * The level each of several tests is held to, so that together they raise as many false alarms as one: an equal
 * share.
 */
export function levelsOf(p: readonly (number | null)[], alpha: number): number[] {
  return p.map(() => alpha / p.length);
}
