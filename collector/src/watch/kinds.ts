import { type AnyFeatureKind, DetectorError, featureKind } from '@sextant/detectors';

/** A kind whose values and fits are only handed on. */
export type AnyKind = AnyFeatureKind;

/** The kind of a feature by its name; null for one that no kind measures. */
export function kindOf(feature: string): AnyKind | null {
  try {
    return featureKind(feature);
  } catch (error) {
    if (error instanceof DetectorError && error.code === 'unknown_feature') return null;
    throw error;
  }
}
