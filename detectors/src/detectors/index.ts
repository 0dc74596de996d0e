import type { Detector } from '../detector.ts';
import type { Fit } from '../sketches/fit.ts';
import { embeddingDrift } from './embedding-drift.ts';
import { vertexJs } from './vertex-js.ts';
import { vertexLinf } from './vertex-linf.ts';

/** Every detector that works on sketches of vectors. A new one is a file in this folder and a line here. */
export const detectors: readonly Detector<Fit>[] = [embeddingDrift];
export { categorySkew } from './category-skew.ts';
export { numberSkew } from './number-skew.ts';
export { textSkew } from './text-skew.ts';

/** Detectors that do as other tools do, by kind: no kind has them in its list, whoever wants one asks for it. */
export const compatible_detectors = {
  category: [vertexLinf],
  number: [vertexJs],
  score: [vertexJs],
} as const;
