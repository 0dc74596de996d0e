import { createThresholdDetector } from '../families/verdicts.ts';
import { type NumberFit, valueHistogram } from '../sketches/number-sketch.ts';
import { equalWidthCounts } from '../statistics/equal-width-counts.ts';
import { jensenShannon } from '../statistics/jensen-shannon.ts';

const buckets = 10;

/**
 * What Vertex AI Model Monitoring does by default for numbers, for those who compare: the Jensen–Shannon divergence,
 * here in bits, of ten buckets of equal width from the lowest to the highest value of both, against a fixed threshold
 * of 0.3. One extreme value puts all others into one bucket; it knows no sample size, so it has no p and no interval.
 */
export const vertexJs = createThresholdDetector<NumberFit>('vertex-js', ({ fit, reference, current }) => {
  const [before, after] = equalWidthCounts(
    valueHistogram(fit, reference),
    valueHistogram(fit, current),
    buckets,
  );
  const distance = jensenShannon(before, after);
  return {
    distance,
    moved: [],
    describe: `The Jensen–Shannon divergence of ten buckets is ${distance.toFixed(2)} bits, more than 0.3.`,
  };
});
