import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, shuffled } from '../../../detectors/src/sketches/random.ts';
import { rowsAt, sumRows } from '../../detectors/support/pool.ts';
import { loadConversations, type Population, populations } from './populations.ts';
import { count, levels, type Rate, rateLine } from './rate.ts';

type Sliced = Pick<Population, 'known' | 'intents'>;

const n_max = 200;
/** Of a slice. */
const window_part = 0.3;

/**
 * A tool or a chain sees a few of the intents that the fit was made from: its windows, against a reference of the same
 * slice, must raise no more alarms than were asked for.
 */
export function* slices(plan: { windows: number; seed: number }): Generator<string> {
  const sliced: Readonly<Record<string, Sliced>> = {
    clinc150: populations.clinc(),
    banking77: populations.banking(),
    'conversations of 5': loadConversations(),
  };
  for (const [name, population] of Object.entries(sliced)) {
    for (const slice_count of [4, 10, 30]) yield* ratesOf(name, population, { ...plan, slice_count });
  }
}

interface SlicePlan {
  readonly windows: number;
  readonly seed: number;
  readonly slice_count: number;
}

function ratesOf(
  name: string,
  { known, intents }: Sliced,
  { windows, seed, slice_count }: SlicePlan,
): string[] {
  const random = createRandom(seed);
  const of_slice = rowsOfSlices(intents, slice_count);
  const rates = new Map<string, Rate>();
  for (let window = 0; window < windows; window++) {
    const rows = shuffled(of_slice[window % slice_count] ?? [], random);
    const n = Math.min(n_max, Math.floor(rows.length * window_part));
    const sketch = (indexes: readonly number[]) => sumRows(known.fit, rowsAt(known, indexes));
    const sides = { reference: sketch(rows.slice(n)), current: sketch(rows.slice(0, n)) };
    const { p } = embeddingDrift.detect({ fit: known.fit, ...sides, alpha: 0.05, tolerance: 0 });
    if (p === null) throw new Error(`Slices of ${rows.length} units are too small to be judged.`);
    for (const { alpha } of levels) count(rates, `${alpha}`, p < alpha);
  }
  return levels.map(({ alpha, target }) =>
    rateLine(
      `false alarms, ${name}, slices of 1/${slice_count} of the intents, α=${alpha}`,
      rates.get(`${alpha}`) as Rate,
      target,
    ),
  );
}

/** Rows by slice, intents in turn. */
function rowsOfSlices(intents: readonly string[], slice_count: number): number[][] {
  const names = [...new Set(intents)].sort();
  const rows = Array.from({ length: slice_count }, (): number[] => []);
  intents.forEach((intent, row) => {
    rows[names.indexOf(intent) % slice_count]?.push(row);
  });
  return rows;
}
