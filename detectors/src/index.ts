/** Drift detectors on mergeable sketches: numbers in, verdict out. */
export type { Detector, DetectRequest, Moved, Verdict } from './detector.ts';
export { categorySkew, compatible_detectors, detectors, numberSkew, textSkew } from './detectors/index.ts';
export { DetectorError, type DetectorErrorCode, SketchMismatchError } from './errors.ts';
export {
  type Segment,
  type SegmentShift,
  type ShiftSplit,
  type SplitRequest,
  splitShift,
} from './explain/split-shift.ts';
export type { Comparison } from './families/family.ts';
export type { AnyFit, FeatureKind, FitRequest, KindName, Measure } from './kind.ts';
export { type AnyFeatureKind, featureKind } from './kinds/index.ts';
export { acceptKeys, type KeyEvidence, type KeyResult } from './multiplicity/accept.ts';
export { eLevelAmong, levelAmong } from './multiplicity/level-among.ts';
export {
  type OnlineTest,
  type OnlineTestState,
  online_test_start,
  testOnline,
} from './multiplicity/online.ts';
export { simes } from './multiplicity/simes.ts';
export { detectByPermutation, type PermutationRequest } from './permutation.ts';
export { type ClusterChange, nearestLeaves, rankClusters } from './rank-clusters.ts';
export { embeddingOnline } from './sequential/embedding-online.ts';
export { createExceedanceOnline } from './sequential/exceedance-online.ts';
export { createMixOnline } from './sequential/mix-online.ts';
export { createRateOnline } from './sequential/rate-online.ts';
export type { CategoryReader, NumberReader, ScoreReader } from './sequential/readers.ts';
export { createScoreOnline, type Direction } from './sequential/score-online.ts';
export type { SequentialDetector, SequentialRequest, SequentialState, SequentialStep } from './sequential.ts';
export { type MeasuringPath, measuringPath } from './simd/platform.ts';
export type { CategoryFit } from './sketches/category-sketch.ts';
export { createFit, type Fit, fit_rows_min, fitUnits } from './sketches/fit.ts';
export { parseFit, serialiseFit } from './sketches/fit-json.ts';
export { guessLanguage } from './sketches/guess-language.ts';
export { exceedances, type NumberFit, numberMoments, quantileOf } from './sketches/number-sketch.ts';
export { type Season, type SeasonalReference, seasonalReference } from './sketches/seasonal-reference.ts';
export { addUnit, type GrowingSketch, mergeSketches, type Sketch, startSketch } from './sketches/sketch.ts';
export {
  createSketcher,
  emptySketch,
  type Sketcher,
  sketchUnits,
  sketchVectors,
} from './sketches/sketcher.ts';
export type { TextFit } from './sketches/text-sketch.ts';
export { type VectorFault, vectorFault } from './sketches/vectors.ts';
export type { Histogram } from './statistics/quantile-interval.ts';
export { quantileRatio } from './statistics/quantile-ratio.ts';
export { witness } from './witness.ts';
