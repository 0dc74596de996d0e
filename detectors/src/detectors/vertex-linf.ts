import { movedPlaces } from '../families/mix.ts';
import { createThresholdDetector, listMoved, percent } from '../families/verdicts.ts';
import { type CategoryFit, categoryCounts } from '../sketches/category-sketch.ts';
import { lInfinity } from '../statistics/l-infinity.ts';

/**
 * What Vertex AI Model Monitoring does by default for categories, for those who compare: the largest difference of
 * the share of a value, against a fixed threshold of 0.3. It knows no sample size, so it has no p and no interval.
 */
export const vertexLinf = createThresholdDetector<CategoryFit>(
  'vertex-linf',
  ({ fit, reference, current }) => {
    const sides = { reference: categoryCounts(fit, reference), current: categoryCounts(fit, current) };
    const moved = movedPlaces(sides, (place) => fit.values[place] ?? 'values never seen');
    const distance = lInfinity(sides.reference.counts, sides.current.counts);
    return {
      distance,
      moved,
      describe: `The share of one value moved by ${percent(distance)}, more than 30 %: ${listMoved(moved)}.`,
    };
  },
);
