import { quantileSorted } from 'simple-statistics';
import type { FitRequest, Measure } from '../kind.ts';
import { countShares } from '../statistics/count-shares.ts';
import type { Histogram } from '../statistics/quantile-interval.ts';
import { createDDBins, dd_bins } from './dd-sketch.ts';
import { fitProcessLaws, type ProcessLaws } from './fit-process-laws.ts';
import { checkFitUnits, checkUnit, type NamedFit, nameFit } from './fit-text.ts';
import { countsToShares, toFixedPoint } from './fixed-point.ts';
import { fixed_point } from './layout.ts';
import { fitQuantileBins, quantileBinOf, type WeightedValues } from './quantile-bins.ts';
import type { Sketch } from './sketch.ts';

export const number_units_min = 30;
/** Of the sums and of what the fit knows beside them. */
export const number_version = 3;
/** Values count for the mean up to so many times the scale, either way: sums stay exact for 500,000 units. */
const scaled_max = 4096;
const squares_fixed_point = 2 ** 10;

export interface NumberFit extends NamedFit {
  /** Median size of the values that are not zero: the unit of sums and the middle of the DDSketch. */
  readonly scale: number;
  /** Upper ends of the bins but the last. */
  readonly edges: readonly number[];
  /** Share of the fit's units at or below each edge. */
  readonly below: readonly number[];
  /** How distribution functions of such units differ by chance; null where every unit has one value. */
  readonly laws: ProcessLaws | null;
}

interface NumberLayout {
  readonly bins: number;
  /** Squared shares at or below the end of each bin but the last. */
  readonly squares: number;
  readonly dd: number;
  readonly sum: number;
  readonly sum_of_squares: number;
  readonly length: number;
}

function numberLayout({ edges }: Pick<NumberFit, 'edges'>): NumberLayout {
  const squares = edges.length + 1;
  const dd = squares + edges.length;
  const sum = dd + dd_bins;
  return { bins: squares, squares, dd, sum, sum_of_squares: sum + 1, length: sum + 2 };
}

export function numberSumsLength(fit: NumberFit): number {
  return numberLayout(fit).length;
}

/** @throws DetectorError too_few_rows below 30 units, bad_vector */
export function createNumberFit({ source, units, seed = 1 }: FitRequest<number>): NumberFit {
  checkFitUnits(units, number_units_min);
  for (const unit of units) checkUnit(unit, isNumber, 'a finite number');
  const weighted = units.flatMap((unit) =>
    unit.map((value) => [value === 0 ? 0 : value, 1 / unit.length] as const),
  );
  const sizes = weighted.flatMap(([value]) => (value === 0 ? [] : [Math.abs(value)])).sort((a, b) => a - b);
  const edges = fitQuantileBins(weighted);
  return nameFit('number', {
    source,
    seed,
    version: number_version,
    units: units.length,
    scale: sizes.length === 0 ? 1 : quantileSorted(sizes, 0.5),
    edges,
    below: sharesBelow(weighted, edges, units.length),
    laws: units.some((unit) => unit.some((value) => value !== unit[0]))
      ? fitProcessLaws(
          units.map((unit) => binShares(unit, edges)),
          seed,
        )
      : null,
  });
}

function binShares(unit: readonly number[], edges: readonly number[]): Float64Array {
  const shares = new Float64Array(edges.length + 1);
  for (const value of unit) {
    const bin = quantileBinOf(value, edges);
    shares[bin] = (shares[bin] as number) + 1 / unit.length;
  }
  return shares;
}

function sharesBelow(weighted: WeightedValues, edges: readonly number[], units: number): number[] {
  const shares = new Float64Array(edges.length + 1);
  for (const [value, weight] of weighted) {
    const bin = quantileBinOf(value, edges);
    shares[bin] = (shares[bin] as number) + toFixedPoint(weight);
  }
  let below = 0;
  return edges.map((_, edge) => {
    below += shares[edge] as number;
    return below / (units * fixed_point);
  });
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function createNumberMeasure(fit: NumberFit): Measure<number> {
  const layout = numberLayout(fit);
  const dd = createDDBins(fit.scale);
  const measured = new Float64Array(layout.length);
  const histogram = measured.subarray(0, layout.bins);
  const dd_counts = measured.subarray(layout.dd, layout.dd + dd_bins);
  const add = (counts: Float64Array, place: number) => {
    counts[place] = (counts[place] as number) + 1;
  };
  return (unit) => {
    checkUnit(unit, isNumber, 'a finite number');
    measured.fill(0);
    let sum = 0;
    for (const value of unit) {
      add(histogram, quantileBinOf(value, fit.edges));
      add(dd_counts, dd.place(value));
      sum += toFixedPoint(Math.min(Math.max(value / fit.scale, -scaled_max), scaled_max));
    }
    writeSquares(histogram, unit.length, measured.subarray(layout.squares, layout.dd));
    countsToShares(histogram, unit.length);
    countsToShares(dd_counts, unit.length);
    const mean = sum / unit.length;
    measured[layout.sum] = Math.floor(mean + 0.5);
    measured[layout.sum_of_squares] = Math.floor((mean / fixed_point) ** 2 * squares_fixed_point + 0.5);
    return measured;
  };
}

function writeSquares(histogram: Float64Array, values: number, target: Float64Array): void {
  let below = 0;
  let square = 0;
  for (let bin = 0; bin < target.length; bin++) {
    if (histogram[bin] !== 0) {
      below += histogram[bin] as number;
      square = toFixedPoint((below / values) ** 2);
    }
    target[bin] = square;
  }
}

/** Units by bin, and at the upper end of each bin but the last the sum of their squared shares at or below it. */
export interface NumberCounts {
  readonly count: number;
  readonly counts: Float64Array;
  readonly squares: Float64Array;
}

export function numberCounts(fit: NumberFit, { count, sums }: Sketch): NumberCounts {
  const layout = numberLayout(fit);
  const section = (start: number, end: number) => sums.slice(start, end).map((value) => value / fixed_point);
  return { count, counts: section(0, layout.bins), squares: section(layout.squares, layout.dd) };
}

/** Distance of two distributions of values, in their unit: the area between their distribution functions. */
export function wassersteinDistance(fit: NumberFit, first: Sketch, second: Sketch): number {
  const { dd } = numberLayout(fit);
  const shares = ({ sums }: Sketch) => countShares(sums.subarray(dd, dd + dd_bins));
  const [p, q] = [shares(first), shares(second)];
  const dd_values = createDDBins(fit.scale);
  let difference = 0;
  let area = 0;
  for (let place = 0; place + 1 < dd_bins; place++) {
    difference += (p[place] as number) - (q[place] as number);
    if (difference !== 0)
      area += Math.abs(difference) * (dd_values.valueOf(place + 1) - dd_values.valueOf(place));
  }
  return area;
}

/** Moments of what units share, in units. */
export interface UnitMoments {
  readonly count: number;
  readonly sum: number;
  readonly sum_of_squares: number;
}

/**
 * Moments of the units' shares of values above the bin edge at or next above a quantile of the fit: with one
 * value a unit, how many exceed it. The edge is the same for every sketch of the fit.
 */
export function exceedances(fit: NumberFit, sketch: Sketch, quantile: number): UnitMoments {
  const { count, counts, squares } = numberCounts(fit, sketch);
  const reached = fit.below.findIndex((share) => share >= quantile - 1e-6);
  const edge = reached === -1 ? fit.edges.length - 1 : reached;
  const below = counts.slice(0, edge + 1).reduce((sum, value) => sum + value, 0);
  const squared_below = squares[edge] as number;
  return {
    count,
    sum: Math.max(count - below, 0),
    sum_of_squares: Math.max(count - 2 * below + squared_below, 0),
  };
}

/** A quantile of the values, within 1 % of itself; null for a sketch of nothing. */
export function quantileOf(fit: NumberFit, sketch: Sketch, quantile: number): number | null {
  const { dd } = numberLayout(fit);
  const counts = sketch.sums.subarray(dd, dd + dd_bins);
  const total = counts.reduce((sum, value) => sum + value, 0);
  if (total === 0) return null;
  const last = counts.findLastIndex((value) => value > 0);
  let below = 0;
  const place = counts.findIndex((value) => {
    below += value;
    return value > 0 && below >= quantile * total;
  });
  return createDDBins(fit.scale).valueOf(place === -1 ? last : place);
}

/** The values, each unit counting once. */
export function valueHistogram(fit: NumberFit, { count, sums }: Sketch): Histogram {
  const { dd } = numberLayout(fit);
  const counts = sums.slice(dd, dd + dd_bins).map((value) => value / fixed_point);
  return { count, counts, edges: createDDBins(fit.scale).edges() };
}

/** Mean and variance of the units' means, in the unit of the values; extremes count as 4,096 times the scale. */
export function numberMoments(fit: NumberFit, { count, sums }: Sketch): UnitMoments {
  const layout = numberLayout(fit);
  return {
    count,
    sum: ((sums[layout.sum] as number) / fixed_point) * fit.scale,
    sum_of_squares: ((sums[layout.sum_of_squares] as number) / squares_fixed_point) * fit.scale ** 2,
  };
}
