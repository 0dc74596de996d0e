import { textSkew } from '../detectors/text-skew.ts';
import type { FeatureKind } from '../kind.ts';
import { namedFitText } from '../sketches/fit-text.ts';
import {
  createTextFit,
  createTextMeasure,
  type TextFit,
  text_sums_length,
  text_units_min,
  text_version,
} from '../sketches/text-sketch.ts';

/** Texts, without an encoder: what they are made of, how long they are, in which language and form. */
export const textKind: FeatureKind<string, TextFit> = {
  name: 'text',
  fit_units_min: text_units_min,
  sumsLength: () => text_sums_length,
  createFit: createTextFit,
  ...namedFitText({ kind: 'text', version: text_version }),
  createMeasure: createTextMeasure,
  detectors: [textSkew],
  sequential: [],
};
