import { numberSkew } from '../detectors/number-skew.ts';
import type { FeatureKind } from '../kind.ts';
import { createExceedanceOnline } from '../sequential/exceedance-online.ts';
import { namedFitText } from '../sketches/fit-text.ts';
import {
  createNumberFit,
  createNumberMeasure,
  type NumberFit,
  number_units_min,
  number_version,
  numberSumsLength,
} from '../sketches/number-sketch.ts';
import { numberReader } from './number-reader.ts';

/** Finite numbers: durations, token counts, costs. */
export const numberKind: FeatureKind<number, NumberFit> = {
  name: 'number',
  fit_units_min: number_units_min,
  sumsLength: numberSumsLength,
  createFit: createNumberFit,
  ...namedFitText({ kind: 'number', version: number_version }),
  createMeasure: createNumberMeasure,
  detectors: [numberSkew],
  sequential: [createExceedanceOnline(numberReader)],
};
