import type { Detector } from '../detector.ts';
import type { Fit } from '../sketches/fit.ts';
import { embeddingDrift } from './embedding-drift.ts';

/** Every detector that works on sketches of vectors. A new one is a file in this folder and a line here. */
export const detectors: readonly Detector<Fit>[] = [embeddingDrift];
export { categorySkew } from './category-skew.ts';
export { numberSkew } from './number-skew.ts';
export { textSkew } from './text-skew.ts';
