import type { FitRequest, Measure } from '../kind.ts';
import { checkFitUnits, checkUnit, isText, type NamedFit, nameFit } from './fit-text.ts';
import { fitUnevenness } from './fit-unevenness.ts';
import { countsToShares, squareShares, toFixedPoint } from './fixed-point.ts';
import { fixed_point } from './layout.ts';
import type { Sketch } from './sketch.ts';
import { hashText } from './text-hash.ts';

export const category_units_min = 30;
/** Of the sums and of what the fit knows beside them. */
export const category_version = 2;
const known_max = 255;
/** Values that the fit does not know are told apart by their hash, roughly: two share a bucket in one of 16. */
const unseen_buckets = 16;
/** Longer values are known by their beginning. */
const characters_max = 200;

export interface CategoryFit extends NamedFit {
  /** The most frequent values, most frequent first. */
  readonly values: readonly string[];
  /** How unevenly having several values changes what units vary in: see `fitUnevenness`. */
  readonly unevenness: number;
}

/**
 * Sums: share of each known value, then of each bucket of unseen ones; the squares of these shares; the square of
 * the share of all unseen values together. All in fixed point.
 */
export function categorySumsLength({ values }: Pick<CategoryFit, 'values'>): number {
  return 2 * (values.length + unseen_buckets) + 1;
}

/**
 * The dictionary of the most frequent values, up to 255; a unit counts as one however many values it has.
 * @throws DetectorError too_few_rows below 30 units, bad_vector
 */
export function createCategoryFit({ source, units, seed = 1 }: FitRequest<string>): CategoryFit {
  checkFitUnits(units, category_units_min);
  const weights = new Map<string, number>();
  for (const unit of units) {
    checkUnit(unit, isText, 'a text');
    for (const value of unit.map(shortened)) {
      weights.set(value, (weights.get(value) ?? 0) + toFixedPoint(1 / unit.length));
    }
  }
  const values = [...weights]
    .sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .slice(0, known_max)
    .map(([value]) => value);
  const unevenness = fitUnevenness(
    units.map((unit) => knownShares(unit, values)),
    seed,
  );
  return nameFit('category', {
    source,
    seed,
    version: category_version,
    units: units.length,
    values,
    unevenness,
  });
}

/** The last place is all other values. */
function knownShares(unit: readonly string[], values: readonly string[]): Float64Array {
  const shares = new Float64Array(values.length + 1);
  for (const value of unit.map(shortened)) {
    const place = values.indexOf(value);
    const index = place === -1 ? values.length : place;
    shares[index] = (shares[index] as number) + 1 / unit.length;
  }
  return shares;
}

function shortened(value: string): string {
  return value.slice(0, characters_max);
}

export function createCategoryMeasure(fit: CategoryFit): Measure<string> {
  const places = new Map(fit.values.map((value, place) => [value, place]));
  const known = fit.values.length;
  const width = known + unseen_buckets;
  const measured = new Float64Array(categorySumsLength(fit));
  const shares = measured.subarray(0, width);
  return (unit) => {
    checkUnit(unit, isText, 'a text');
    measured.fill(0);
    let unseen = 0;
    for (const value of unit.map(shortened)) {
      const place = places.get(value) ?? known + (hashText(value, fit.seed) % unseen_buckets);
      shares[place] = (shares[place] as number) + 1;
      if (place >= known) unseen += 1;
    }
    countsToShares(shares, unit.length);
    squareShares(shares, measured.subarray(width, 2 * width));
    measured[2 * width] = toFixedPoint((unseen / unit.length) ** 2);
    return measured;
  };
}

/** Shares of units by place, and the sums of their squares: in units. */
export interface UnitCounts {
  readonly count: number;
  readonly counts: Float64Array;
  readonly squares: Float64Array;
}

/** Units by known value; the last place is all unseen values together. */
export function categoryCounts(fit: CategoryFit, { count, sums }: Sketch): UnitCounts {
  const known = fit.values.length;
  const width = known + unseen_buckets;
  const inUnits = (value: number) => value / fixed_point;
  const unseen = sums.slice(known, width).reduce((sum, value) => sum + value, 0);
  return {
    count,
    counts: Float64Array.from([...sums.slice(0, known), unseen], inUnits),
    squares: Float64Array.from([...sums.slice(width, width + known), sums[2 * width] as number], inUnits),
  };
}

/** Units in each bucket of unseen values. */
export function unseenCounts(fit: CategoryFit, { sums }: Sketch): Float64Array {
  const known = fit.values.length;
  return sums.slice(known, known + unseen_buckets).map((value) => value / fixed_point);
}
