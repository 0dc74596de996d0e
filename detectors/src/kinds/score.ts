import { numberSkew } from '../detectors/number-skew.ts';
import type { FeatureKind } from '../kind.ts';
import { createScoreOnline } from '../sequential/score-online.ts';
import { namedFitText } from '../sketches/fit-text.ts';
import { number_units_min, number_version } from '../sketches/number-sketch.ts';
import {
  createScoreFit,
  createScoreMeasure,
  type ScoreFit,
  scoreMoments,
  scoreSumsLength,
} from '../sketches/score-sketch.ts';

/**
 * Numbers between bounds: what a judge, a person or a check gave an answer. Whether more is better is not known, so
 * a mean that moves either way is news.
 */
export const scoreKind: FeatureKind<number, ScoreFit> = {
  name: 'score',
  fit_units_min: number_units_min,
  sumsLength: scoreSumsLength,
  createFit: createScoreFit,
  ...namedFitText({ kind: 'score', version: number_version }),
  createMeasure: createScoreMeasure,
  detectors: [numberSkew],
  sequential: [createScoreOnline({ moments: scoreMoments }, 'either')],
};
