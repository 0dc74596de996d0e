import type { Fit } from '../sketches/fit.ts';
import {
  bandwidths,
  features_per_bandwidth,
  fixed_point,
  kernelSums,
  type MomentName,
  momentSum,
} from '../sketches/layout.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { combineByCauchy } from '../statistics/cauchy-combination.ts';
import { distanceShare } from './distance-share.ts';
import { endError, type Finding, type Question } from './family.ts';
import { type Side, squaredDistance } from './squared-distance.ts';

const feature_scale = Math.sqrt(2 / features_per_bandwidth) / fixed_point;

/**
 * Do the kernel means differ? Finds shifts of topic and of the mix of topics.
 *
 * Statistic: squared distance of the mean random features, one for each bandwidth (Gretton et al., "A kernel
 * two-sample test", JMLR 13, 2012). The bandwidths' p-values are combined; the clearest gives the share.
 */
export function compareKernelMeans(question: Question): Finding {
  const { fit, reference, current } = question;
  const results = bandwidths.map((_, index) => {
    const kernel = fit.kernels[index] as Fit['kernels'][number];
    const distance = squaredDistance(side(current, fit, index), side(reference, fit, index), kernel);
    return { distance, kernel, p: distance.p };
  });
  const clearest = results.reduce((best, result) => (result.p < best.p ? result : best));
  return {
    ...combineByCauchy(results.map(({ p }) => p)),
    ...distanceShare(clearest.distance, {
      error: endError(question),
      unlike: clearest.kernel.unlike,
      spread: 1 / current.count + 1 / reference.count,
    }),
  };
}

function side({ sums, count }: Sketch, fit: Fit, index: number): Side {
  return {
    count,
    mean: kernelSums(sums, index).map((sum) => (sum * feature_scale) / count),
    mean_square: momentSum(sums, fit, `features_squared_${index}` as MomentName) / count,
  };
}
