import type { Detector, Verdict } from './detector.ts';
import type { AnyFit } from './kind.ts';
import { createRandom, type RandomSource } from './sketches/random.ts';
import type { Sketch } from './sketches/sketch.ts';

const permutations_min = 999;
const permutations_max = 9_999;
/** Permutations that would be as extreme by chance at the level asked for: enough to tell it from half of it. */
const extreme_wanted = 10;

export interface PermutationRequest<Fit extends AnyFit> {
  readonly detector: Detector<Fit>;
  readonly fit: Fit;
  /** What each unit measured, copied: `createMeasure` uses its array again. */
  readonly reference: readonly Float64Array[];
  readonly current: readonly Float64Array[];
  readonly alpha: number;
  readonly tolerance: number;
}

/**
 * The verdict of a detector with the p-value that needs no theory: how often dealing the same units anew to window
 * and reference gives a p as small (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology
 * 9, 2010: the deal at hand counts as one). For windows of few units, where every unit is at hand; ten
 * permutations for each false alarm wanted, 999 to 9,999, so no p is below 1/10,000: with a smaller `alpha`
 * nothing drifts.
 */
export function detectByPermutation<Fit extends AnyFit>(request: PermutationRequest<Fit>): Verdict {
  const { detector, fit, alpha, tolerance } = request;
  const units = [...request.current, ...request.reference];
  const whole = sumOf(fit, units);
  const detect = (chosen: readonly Float64Array[]) => {
    const current = sumOf(fit, chosen);
    const sums = whole.sums.map((sum, i) => sum - (current.sums[i] as number));
    const reference = { id: fit.id, count: whole.count - current.count, sums };
    return detector.detect({ fit, reference, current, alpha, tolerance });
  };
  const seen = detect(request.current);
  if (seen.p === null) return seen;
  const rounds = Math.min(Math.max(permutations_min, Math.ceil(extreme_wanted / alpha)), permutations_max);
  const random = createRandom(units.length);
  let as_extreme = 1;
  for (let round = 0; round < rounds; round++) {
    const { p } = detect(choose(units, request.current.length, random));
    if (p !== null && p <= seen.p) as_extreme += 1;
  }
  const p = as_extreme / (rounds + 1);
  const drifted = p < alpha && (seen.effect_low as number) > tolerance;
  return {
    ...seen,
    p,
    drifted,
    why: `${seen.why} Dealing the same units anew gives p = ${p.toPrecision(2)}.`,
  };
}

function sumOf({ id }: AnyFit, units: readonly Float64Array[]): Sketch {
  const sums = new Float64Array(units[0]?.length ?? 0);
  for (const unit of units)
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (unit[i] as number);
  return { id, count: units.length, sums };
}

/** The first steps of a Fisher–Yates shuffle, in place: any order to start from is as good as another. */
function choose<Item>(items: Item[], count: number, random: RandomSource): Item[] {
  for (let i = 0; i < count; i++) {
    const chosen = i + (random() % (items.length - i));
    const item = items[chosen] as Item;
    items[chosen] = items[i] as Item;
    items[i] = item;
  }
  return items.slice(0, count);
}
