import { type ClusterChange, rankClusters } from '@sextant/detectors';
import { leafCounts } from '../../../detectors/src/sketches/layout.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference, type Pool, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { type Population, populations } from './populations.ts';
import { count, type Rate, rateLine } from './rate.ts';

const n = 1_000;
const share = 0.05;

/**
 * One intent grows to 5 % of the window. Is the cluster that holds most of its texts among the first three? And is
 * there one among them most of whose texts in the window are of that intent, so that its examples show it?
 */
export function* topClusters(windows: number): Generator<string> {
  yield* topClusterRates(populations.clinc(), windows);
  yield* topClusterRates(populations.banking(), windows);
}

function topClusterRates(population: Population, windows: number): string[] {
  const rates = new Map<string, Rate>();
  const { known, intents, n_reference, fit } = population;
  const random = createRandom(10);
  const of_intent = Map.groupBy(known.rows.keys(), (row) => intents[row] as string);
  const names = [...of_intent.keys()].sort();
  for (let window = 0; window < windows; window++) {
    const { reference, rest } = dealReference(known, n_reference, random);
    const [intent = ''] = sample(names, 1, random);
    const grown = rest.filter((row) => intents[row] === intent).slice(0, n * share);
    const kept = rest.filter((row) => intents[row] !== intent).slice(0, n - grown.length);
    const current = sumRows(fit, rowsAt(known, [...grown, ...kept]));
    const first = rankClusters({ fit, reference, current })
      .filter(({ z }) => z > 0)
      .slice(0, 3);
    const right = mainLeaf(leavesOf(known, of_intent.get(intent) as number[]));
    count(
      rates,
      'right',
      first.some(({ leaves }) => leaves.includes(right)),
    );
    const of_grown = leavesOf(known, grown);
    const texts = ({ leaves }: ClusterChange) => leaves.reduce((sum, leaf) => sum + (of_grown[leaf] ?? 0), 0);
    count(
      rates,
      'mostly',
      first.some((change) => texts(change) > (change.share_after * current.count) / 2),
    );
  }
  const what = `one intent at ${share * 100} % of ${n} in ${population.name}`;
  return [
    rateLine(`right cluster in the top 3, ${what}`, rates.get('right') as Rate, '>= .90'),
    rateLine(`cluster of mostly its texts in the top 3, ${what}`, rates.get('mostly') as Rate, 'none'),
  ];
}

function leavesOf(pool: Pool, rows: readonly number[]): Float64Array {
  return leafCounts(sumRows(pool.fit, rowsAt(pool, rows)).sums, pool.fit);
}

function mainLeaf(counts: Float64Array): number {
  return counts.indexOf(Math.max(...counts));
}
