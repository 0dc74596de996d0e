import { levelAmong, type Verdict } from '@sextant/detectors';
import { leastOf } from './evidence.ts';

/** What p has to be below among so many features. */
export interface Level {
  readonly level: number;
  readonly n_features: number;
}

/**
 * Of so many features compared at once, each with the verdicts of its detectors, some differ by chance: what was found
 * counts where it does beside the others. It is what `accept-windows.ts` does for windows, which says why.
 */
export function acceptFeatures(
  features: readonly (readonly Verdict[])[],
  alpha: number,
): (Verdict & Level)[][] {
  const evidence = features.map(evidenceOf);
  return features.map((verdicts, own) => {
    const others = evidence.flatMap((p, index) => (index === own ? [] : (p ?? [])));
    const among = { level: levelAmong(others, alpha) / verdicts.length, n_features: others.length + 1 };
    const counts = ({ p, drifted }: Verdict) => !drifted || p === null || p < among.level;
    return verdicts.map((verdict) => ({
      ...(counts(verdict) ? verdict : withdrawn(verdict, among)),
      ...among,
    }));
  });
}

/** The verdict that so much is found by chance among so many features. */
export function withdrawn(verdict: Verdict, { level, n_features }: Level): Verdict {
  const why = `One of ${n_features} features differs as much by chance (p = ${verdict.p?.toPrecision(2)}; below ${level.toPrecision(2)} counts). ${verdict.why}`;
  return { ...verdict, drifted: false, why };
}

/** A detector that would not ring alone says nothing. */
function evidenceOf(verdicts: readonly Verdict[]): number | null {
  const tested = verdicts.flatMap(({ p, drifted }) => (p === null ? [] : drifted ? p : 1));
  return leastOf(tested, verdicts.length);
}
