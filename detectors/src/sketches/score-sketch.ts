import type { FitRequest, Measure } from '../kind.ts';
import type { Moments } from '../statistics/moments.ts';
import { nameFit } from './fit-text.ts';
import { toFixedPoint } from './fixed-point.ts';
import { fixed_point } from './layout.ts';
import { createNumberFit, createNumberMeasure, type NumberFit, numberSumsLength } from './number-sketch.ts';
import type { Sketch } from './sketch.ts';

/** Scales that scores are given on. The narrowest that holds every score of the fit is taken for theirs. */
const known_scales: readonly (readonly [low: number, high: number])[] = [
  [0, 1],
  [-1, 1],
  [1, 5],
  [0, 5],
  [1, 10],
  [0, 10],
  [0, 100],
  [-100, 100],
];

/**
 * Numbers that have bounds. What is later found beyond them counts as the bound: what is tested is the mean of values
 * held within bounds that were fixed before, whatever the sender sends.
 */
export interface ScoreFit extends NumberFit {
  readonly low: number;
  readonly high: number;
}

/** @throws DetectorError too_few_rows below 30 units, bad_vector */
export function createScoreFit(request: FitRequest<number>): ScoreFit {
  const { id: _, ...values } = createNumberFit(request);
  const [low, high] = boundsOf(request.units.flat());
  return nameFit('score', { ...values, low, high });
}

/** Of a scale that is none of the known ones, the lowest and the highest value of the fit. */
function boundsOf(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const known = known_scales.find(([least, most]) => least <= low && high <= most);
  return known ?? [low, high === low ? low + Math.max(1, Math.abs(low) / 2 ** 32) : high];
}

/** Those of a number, then the sum and the sum of squares of the units' means, from 0 at the lower bound to 1. */
export function scoreSumsLength(fit: ScoreFit): number {
  return numberSumsLength(fit) + 2;
}

export function createScoreMeasure(fit: ScoreFit): Measure<number> {
  const measureNumbers = createNumberMeasure(fit);
  const measured = new Float64Array(scoreSumsLength(fit));
  return (unit) => {
    measured.set(measureNumbers(unit.map((value) => (Number.isFinite(value) ? held(value, fit) : value))));
    let sum = 0;
    for (const value of unit) sum += toFixedPoint(placeOf(value, fit));
    const mean = Math.floor(sum / unit.length + 0.5);
    measured[measured.length - 2] = mean;
    // Rounded up: bets on a mean take a variance that is too small for evidence.
    measured[measured.length - 1] = Math.ceil((mean * mean) / fixed_point);
    return measured;
  };
}

/** From 0 at the lower bound to 1. Halves of numbers lie so near to each other that their difference is a number. */
function placeOf(value: number, fit: ScoreFit): number {
  return (held(value, fit) / 2 - fit.low / 2) / (fit.high / 2 - fit.low / 2);
}

function held(value: number, { low, high }: ScoreFit): number {
  return Math.min(Math.max(value, low), high);
}

/** Moments of the units' means, from 0 at the lower bound to 1 at the upper one. */
export function scoreMoments(fit: ScoreFit, { count, sums }: Sketch): Moments {
  const place = numberSumsLength(fit);
  return {
    count,
    sum: (sums[place] as number) / fixed_point,
    sum_of_squares: (sums[place + 1] as number) / fixed_point,
  };
}
