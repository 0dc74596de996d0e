import { embeddingDrift } from '../detectors/embedding-drift.ts';
import { DetectorError } from '../errors.ts';
import type { FeatureKind, FitRequest } from '../kind.ts';
import { embeddingOnline } from '../sequential/embedding-online.ts';
import { type Fit, fit_rows_min, fitUnits } from '../sketches/fit.ts';
import { parseFit, serialiseFit } from '../sketches/fit-json.ts';
import { layoutOf } from '../sketches/layout.ts';
import { createMeasure } from '../sketches/measure.ts';

/** Vectors that an encoder made of texts, all of one dimension. */
export const embeddingKind: FeatureKind<Float32Array, Fit> = {
  name: 'embedding',
  fit_units_min: fit_rows_min,
  sumsLength: (fit) => layoutOf(fit).length,
  createFit,
  serialiseFit,
  parseFit,
  createMeasure,
  detectors: [embeddingDrift],
  sequential: [embeddingOnline],
};

function createFit({ source, units, seed = 1 }: FitRequest<Float32Array>): Fit {
  const first = units[0]?.[0];
  if (first === undefined) throw new DetectorError('too_few_rows', 'There is no vector to fit on.');
  return fitUnits({ encoder: source, dimension: first.length, units, seed });
}
