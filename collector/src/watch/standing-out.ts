import { acceptKeys, type Verdict } from '@sextant/detectors';
import { sliceName } from './slices.ts';
import type { Slice } from './streams.ts';

interface Tested {
  readonly slice: Slice;
  readonly verdict: Verdict;
}

/** Of one detector's verdicts on slices those that stand out among all of them at the level. */
export function standingOut<Finding extends Tested>(
  findings: readonly Finding[],
  level: number,
): Set<Finding> {
  const tested = findings.flatMap(({ slice, verdict: { p } }) =>
    p === null ? [] : [{ key: sliceName(slice), family: 'slices', p }],
  );
  const accepted = new Set(acceptKeys(tested, level));
  return new Set(findings.filter(({ slice, verdict }) => verdict.drifted && accepted.has(sliceName(slice))));
}
