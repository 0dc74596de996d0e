import type { SliceSketch } from './streams.ts';

/** The slices of a window and what they are compared with. */
export interface Compared extends Sides {
  /** The same, where slices of one key add up to the whole on either side. */
  readonly parts: Sides;
  /** Conversations of the window left out, because there is nothing they could be compared with. */
  readonly n_uncovered: number;
}

interface Sides {
  readonly reference: readonly SliceSketch[];
  readonly current: readonly SliceSketch[];
}
