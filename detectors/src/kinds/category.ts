import { categorySkew } from '../detectors/category-skew.ts';
import type { FeatureKind } from '../kind.ts';
import { createMixOnline } from '../sequential/mix-online.ts';
import { createRateOnline } from '../sequential/rate-online.ts';
import {
  type CategoryFit,
  category_units_min,
  category_version,
  categorySumsLength,
  createCategoryFit,
  createCategoryMeasure,
} from '../sketches/category-sketch.ts';
import { namedFitText } from '../sketches/fit-text.ts';
import { categoryReader } from './category-reader.ts';

/** One of some values that are texts: a tool's name, a model, a reason for finishing. */
export const categoryKind: FeatureKind<string, CategoryFit> = {
  name: 'category',
  fit_units_min: category_units_min,
  sumsLength: categorySumsLength,
  createFit: createCategoryFit,
  ...namedFitText({ kind: 'category', version: category_version }),
  createMeasure: createCategoryMeasure,
  detectors: [categorySkew],
  sequential: [createRateOnline(categoryReader), createMixOnline(categoryReader)],
};
