import type { Sketch } from '@sextant/detectors';
import type { Compared } from './compared.ts';
import { isWhole } from './slices.ts';
import type { Slice } from './streams.ts';

/** Slices below these say too little to be worth a test. */
const slice_window_min = 100;
const slice_reference_min = 500;

/** One slice of the window with the same slice of the reference. */
export interface Pair extends Slice {
  readonly reference: Sketch;
  readonly current: Sketch;
}

/** The whole, and the slices that are large enough and not the whole under another name. */
export function pairsToJudge({ reference, current }: Pick<Compared, 'reference' | 'current'>): Pair[] {
  const pairs = current.flatMap(({ slice_key, slice_value, sketch }) => {
    const known = reference.find(
      (slice) => slice.slice_key === slice_key && slice.slice_value === slice_value,
    );
    return known === undefined ? [] : [{ slice_key, slice_value, reference: known.sketch, current: sketch }];
  });
  const all = pairs.find(isWhole);
  return pairs.filter((pair) => {
    if (isWhole(pair)) return true;
    if (pair.current.count < slice_window_min || pair.reference.count < slice_reference_min) return false;
    return pair.current.count !== all?.current.count || pair.reference.count !== all.reference.count;
  });
}
