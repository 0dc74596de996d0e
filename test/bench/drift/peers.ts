import { existsSync, readFileSync } from 'node:fs';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference } from '../../detectors/support/pool.ts';
import { timeMeasuring } from './measuring.ts';
import { populations } from './populations.ts';
import { shiftedWindow } from './power.ts';
import { type Rate, rateLine } from './rate.ts';

const file = new URL('../../../../shared/data/embeddings/peers.json', import.meta.url);
const n_reference = 5_000;
/** Vectors of either side in the calls that were timed. */
const timed_vectors = 10_000;

interface PeerRow {
  readonly peer: string;
  readonly version: string;
  readonly method: string;
  readonly settings: string;
  readonly scenario: string;
  readonly n_reference: number;
  readonly n_window: number;
  readonly windows: number | null;
  readonly alarm_rate: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly seconds: number | null;
  readonly note: string;
}

/** What others were measured in, all at their level of .05 where they have one. */
const scenarios = [
  { name: 'null', share: 0, n: 500, target: '<= 0.06' },
  { name: 'oos20_n500', share: 0.2, n: 500, target: '>= peers that are calibrated' },
  { name: 'oos10_n1000', share: 0.1, n: 1_000, target: '>= peers that are calibrated' },
] as const;

/** Ours, and below each figure what others have on the same vectors, as recorded beside the repository. */
export function* peers(windows: number): Generator<string> {
  if (!existsSync(file)) {
    yield 'peers: no figures at ../shared/data/embeddings/peers.json';
    return;
  }
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: PeerRow[] };
  for (const [scenario, rate] of ownRates(windows)) {
    const { name, target } = scenario;
    yield rateLine(`ours, ${name}`, rate, target);
    const ours = (rate.hits / rate.windows).toFixed(4);
    for (const row of rows.filter((row) => row.scenario === name)) yield* peerRate(row, ours);
  }
  const sketch_s = timeMeasuring().sketch_ms / 1_000;
  yield `ours, time: ${sketch_s.toFixed(2)} s for a window of 10,000 vectors; the reference is kept as a sketch (target <= 0.3)`;
  for (const row of rows.filter((row) => row.scenario === 'time')) yield* peerTime(row, sketch_s);
}

function ownRates(windows: number): [(typeof scenarios)[number], Rate][] {
  const population = populations.clinc();
  const random = createRandom(9);
  const rates = scenarios.map((): Rate => ({ hits: 0, windows: 0 }));
  for (let split = 0; split < windows; split++) {
    const deal = dealReference(population.known, n_reference, random);
    scenarios.forEach(({ share, n }, place) => {
      const current = shiftedWindow(population, deal, { from: 'out-of-scope', share, n }, random);
      const sides = { fit: population.fit, reference: deal.reference, current };
      const { p } = embeddingDrift.detect({ ...sides, alpha: 0.05, tolerance: 0 });
      const rate = rates[place] as Rate;
      rate.windows += 1;
      if ((p as number) < 0.05) rate.hits += 1;
    });
  }
  return scenarios.map((scenario, place) => [scenario, rates[place] as Rate]);
}

function* peerRate(row: PeerRow, ours: string): Generator<string> {
  const { alarm_rate, ci_low, ci_high, windows, scenario } = row;
  if (alarm_rate === null || ci_low === null || ci_high === null) return;
  const interval = `${ci_low.toFixed(4)} to ${ci_high.toFixed(4)}, ${windows} windows`;
  const smaller = row.n_reference === n_reference ? '' : `, against a reference of ${row.n_reference} only`;
  yield `${nameOf(row)}, ${scenario}: ${alarm_rate.toFixed(4)} (${interval}${smaller}; ours ${ours})`;
}

/** Others measure the reference anew in each call, so ours is shown with that too. */
function* peerTime(row: PeerRow, ours_s: number): Generator<string> {
  if (row.seconds === null) return;
  const times = (seconds: number) => ((row.seconds as number) / seconds).toFixed(1);
  const like =
    row.n_window === timed_vectors
      ? `ours ${times(ours_s)} x as fast, ${times(2 * ours_s)} x if the reference were measured too`
      : 'no like call';
  yield `${nameOf(row)}, time: ${row.seconds} s for ${row.n_window} vectors on either side, ${row.note} (${like})`;
}

function nameOf({ peer, version, method, settings, note }: PeerRow): string {
  const fed = note.includes('fed with a novelty score')
    ? '; its input is a novelty score that we computed'
    : '';
  return `peer ${peer} ${version}, ${method} (${settings}${fed})`;
}
