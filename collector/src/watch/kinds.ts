import { type AnyFit, type FeatureKind, featureKind } from '@sextant/detectors';

/** A kind whose values and fits are only handed on. */
export type AnyKind = FeatureKind<unknown, AnyFit>;

/** The kind of a feature by its name; null for one that no kind measures. */
export function kindOf(feature: string): AnyKind | null {
  return (featureKind(feature) as unknown as AnyKind | null | undefined) ?? null;
}
