import type { NumberReader } from '../sequential/readers.ts';
import { exceedances, type NumberFit, valueHistogram } from '../sketches/number-sketch.ts';

/** Reads the sketches of numbers: exceedances of the fit's bins, and the values from the DDSketch. */
export const numberReader: NumberReader<NumberFit> = {
  above: (fit, sketch, quantile) => exceedances(fit, sketch, quantile).sum,
  histogram: valueHistogram,
};
