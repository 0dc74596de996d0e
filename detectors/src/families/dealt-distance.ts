import { createDealer } from '../statistics/dealt-counts.ts';
import { sequentialTails } from '../statistics/monte-carlo-tail.ts';

interface Sample {
  /** Units, each of them in one cluster. */
  readonly count: number;
  readonly counts: Float64Array;
}

/** How often dealing the units of both samples anew sets them as far apart, in weighted shares of clusters. */
export function dealtDistanceTail({
  weights,
  current,
  reference,
}: {
  readonly weights: Float64Array;
  readonly current: Sample;
  readonly reference: Sample;
}): number {
  const totals = current.counts.map((count, cluster) => count + (reference.counts[cluster] as number));
  const smaller = current.count <= reference.count ? current : reference;
  const counts = { n: smaller.count, m: current.count + reference.count - smaller.count };
  const distance = createDistance({ weights, totals, ...counts });
  const deal = createDealer(totals, smaller.count);
  const dealt = function* () {
    for (let draw = 0; draw < deals_max; draw++) yield [distance(deal())];
  };
  return sequentialTails([distance(smaller.counts)], dealt())[0] as number;
}

/** Ten times as many as the reciprocal of the smallest level anybody asks for every day. */
const deals_max = 10_000;

interface Margins {
  readonly weights: Float64Array;
  /** Units of both samples by cluster. */
  readonly totals: Float64Array;
  /** Units of the first sample, and of the other. */
  readonly n: number;
  readonly m: number;
}

/** The estimate of `squaredDistance` from the counts of the first sample, with three sums over the clusters. */
export function createDistance({ weights, totals, n, m }: Margins): (counts: Float64Array) => number {
  let [all, all_squared] = [0, 0];
  totals.forEach((total, cluster) => {
    all += (weights[cluster] as number) * total;
    all_squared += (weights[cluster] as number) * total ** 2;
  });
  const part = n / (n + m);
  return (counts) => {
    let [sum, squares, products] = [0, 0, 0];
    for (let cluster = 0; cluster < counts.length; cluster++) {
      const count = counts[cluster] as number;
      const weighted = (weights[cluster] as number) * count;
      sum += weighted;
      squares += weighted * count;
      products += weighted * (totals[cluster] as number);
    }
    const others_squared = all_squared - 2 * products + squares;
    const apart = (squares - 2 * part * products + part ** 2 * all_squared) * (1 / n + 1 / m) ** 2;
    return apart - (sum - squares / n) / (n * (n - 1)) - (all - sum - others_squared / m) / (m * (m - 1));
  };
}
