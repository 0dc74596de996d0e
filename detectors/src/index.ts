/** Drift detectors on mergeable sketches: numbers in, verdict out. */
export type { Detector, DetectRequest, Verdict } from './detector.ts';
export { detectors } from './detectors/index.ts';
export { DetectorError, type DetectorErrorCode, SketchMismatchError } from './errors.ts';
export type { Comparison } from './families/family.ts';
export { createFit, type Fit, type FitRequest, fit_rows_min } from './sketches/fit.ts';
export { parseFit, serialiseFit } from './sketches/fit-json.ts';
export type { Sketch } from './sketches/sketch.ts';
export {
  createSketcher,
  emptySketch,
  type GrowingSketch,
  mergeSketches,
  type Sketcher,
  sketchVectors,
} from './sketches/sketcher.ts';
export { type VectorFault, vectorFault } from './sketches/vectors.ts';
export { witness } from './witness.ts';
