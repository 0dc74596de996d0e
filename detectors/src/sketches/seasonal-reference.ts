import { SketchMismatchError } from '../errors.ts';
import type { Sketch } from './sketch.ts';

/** One season, such as an hour of the week. */
export interface Season {
  /** Units of the season in the reference. */
  readonly reference: Sketch;
  /** Units of the season in the window. */
  readonly current_units: number;
}

export interface SeasonalReference {
  /** The seasons of the reference in the weights of the window. */
  readonly sketch: Sketch;
  /** Units of the window in seasons of which the reference holds nothing: they have nothing to be compared with. */
  readonly uncovered_units: number;
}

/**
 * The reference as it would be if its units came at the times that the window's do, so that a rhythm of days and weeks
 * is no drift: means of the seasons, weighted by the units of the window (direct standardisation; Kish, "Survey
 * sampling", 1965, chapter 3). Its count is the effective number of units, 1 / Σ w²/N for weights w and N units of a
 * season, rounded down: a mean over so many units varies as much as the weighted one, or more, since these also
 * differ from season to season. So p-values are on the safe side. Sums stay whole numbers.
 * @throws SketchMismatchError
 */
export function seasonalReference(seasons: readonly Season[]): SeasonalReference | null {
  const [first] = seasons;
  if (first === undefined) return null;
  const { id, sums: layout } = first.reference;
  for (const { reference } of seasons) {
    if (reference.id !== id) throw new SketchMismatchError(id, reference.id);
  }
  const used = seasons.filter(({ reference, current_units }) => reference.count > 0 && current_units > 0);
  const units = sumOf(used.map(({ current_units }) => current_units));
  const weights = used.map(({ current_units }) => current_units / units);
  const spread = sumOf(used.map(({ reference }, i) => (weights[i] as number) ** 2 / reference.count));
  const count = spread > 0 ? Math.floor(1 / spread + 1e-9) : 0;
  const sums = new Float64Array(layout.length);
  used.forEach(({ reference }, i) => {
    const factor = ((weights[i] as number) * count) / reference.count;
    for (let place = 0; place < sums.length; place++) {
      sums[place] = (sums[place] as number) + factor * (reference.sums[place] as number);
    }
  });
  const covered = { id, count, sums: sums.map((sum) => Math.floor(sum + 0.5)) };
  return { sketch: covered, uncovered_units: sumOf(seasons.map((s) => s.current_units)) - units };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
