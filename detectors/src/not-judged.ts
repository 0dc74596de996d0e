import type { DetectRequest, Verdict } from './detector.ts';
import { SketchMismatchError } from './errors.ts';
import type { AnyFit } from './kind.ts';

type Sides = Pick<DetectRequest<AnyFit>, 'reference' | 'current'>;

/** The verdict of a detector on what it did not judge, with the reason in a sentence. */
export function notJudged(detector: string, { reference, current }: Sides, why: string): Verdict {
  return {
    detector,
    n_reference: reference.count,
    n_current: current.count,
    statistic: null,
    p: null,
    effect: null,
    effect_low: null,
    effect_high: null,
    drifted: false,
    why,
  };
}

/** @throws SketchMismatchError unless both sketches were made with the fit */
export function checkIds({ fit, reference, current }: Sides & { readonly fit: AnyFit }): void {
  for (const { id } of [reference, current]) if (id !== fit.id) throw new SketchMismatchError(fit.id, id);
}
