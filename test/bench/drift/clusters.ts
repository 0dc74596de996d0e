import { rankClusters } from '@sextant/detectors';
import { leafCounts } from '../../../detectors/src/sketches/layout.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference, type Pool, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { type Population, populations } from './populations.ts';
import { count, type Rate, rateLine } from './rate.ts';

const n = 1_000;
const share = 0.05;

/** One intent grows to 5 % of the window: is the cluster that holds most of its texts among the first three? */
export function* topClusters(windows: number): Generator<string> {
  yield topClusterRate(populations.clinc(), windows);
  yield topClusterRate(populations.banking(), windows);
}

function topClusterRate(population: Population, windows: number): string {
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
    const right = mainLeaf(known, of_intent.get(intent) as number[]);
    count(
      rates,
      'all',
      first.some(({ leaf }) => leaf === right),
    );
  }
  return rateLine(
    `right cluster in the top 3, one intent at ${share * 100} % of ${n} in ${population.name}`,
    rates.get('all') as Rate,
    '>= .90',
  );
}

function mainLeaf(pool: Pool, rows: readonly number[]): number {
  const counts = leafCounts(sumRows(pool.fit, rowsAt(pool, rows)).sums, pool.fit);
  return counts.indexOf(Math.max(...counts));
}
