import type { DriftFeature } from '../api/client.ts';
import { formatCount } from '../format/number.ts';

/** Where the watch of a feature stands, in words. */
export interface PhaseWords {
  name: string;
  /** What was collected of what is wanted in this phase. */
  seen: number;
  wanted: number;
  now: string;
  next: string;
}

export function describePhase(feature: DriftFeature): PhaseWords {
  const { phase, wanted } = feature;
  if (phase === 'fitting') {
    return {
      name: 'Fitting',
      seen: feature.n_fit,
      wanted: wanted.fit,
      now: 'Learning what values of this feature look like.',
      next: `After ${formatCount(wanted.fit)} conversations it collects the reference.`,
    };
  }
  if (phase === 'reference') {
    return {
      name: 'Reference',
      seen: feature.n_reference,
      wanted: wanted.reference,
      now: 'Collecting what is normal.',
      next: `After ${formatCount(wanted.reference)} conversations it starts to watch.`,
    };
  }
  return {
    name: 'Watching',
    seen: feature.n_window,
    wanted: wanted.window,
    now: `Comparing each window with a reference of ${formatCount(feature.n_reference)} conversations.`,
    next: `The next verdict comes after ${formatCount(wanted.window)} conversations.`,
  };
}
