import type { SequentialState, Verdict } from '@sextant/detectors';
import type { TimeRange } from './read-sketches.ts';
import type { Slice, Stream } from './streams.ts';

/** A window of a stream that is due. */
export interface Closing {
  readonly stream: Stream;
  readonly window: TimeRange;
}

export interface Finding {
  readonly slice: Slice;
  readonly verdict: Verdict;
  /** What the verdict rests on, for whoever reads it. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What is behind a drift. */
  readonly behind: Behind | null;
  /** Of detectors that go on from window to window. */
  readonly online: Online | null;
}

export interface Behind {
  readonly examples: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

interface Online {
  /** Start of the window in which the change began. */
  readonly since_us: number;
  /** What p had to be below among so many features, as the others stood before. */
  readonly level: number;
  readonly n_features: number;
}

export interface NewState extends Slice {
  readonly detector: string;
  readonly state: SequentialState;
}
