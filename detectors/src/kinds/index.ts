import { DetectorError } from '../errors.ts';
import type { AnyFit, FeatureKind } from '../kind.ts';
import { categoryKind } from './category.ts';
import { embeddingKind } from './embedding.ts';
import { numberKind } from './number.ts';
import { scoreKind } from './score.ts';
import { textKind } from './text.ts';

/** A kind of which only the holder of its values and fits knows the types. */
export type AnyFeatureKind = FeatureKind<unknown, AnyFit>;

/** Features by their names: the first entry that the name begins with. A new kind is a line here. */
const kinds: readonly (readonly [prefix: string, kind: AnyFeatureKind])[] = [
  ['embedding.', embeddingKind as AnyFeatureKind],
  ['category.', categoryKind as AnyFeatureKind],
  ['number.', numberKind as AnyFeatureKind],
  ['text.', textKind as AnyFeatureKind],
  ['evaluation.', scoreKind as AnyFeatureKind],
  ['evaluation_label.', categoryKind as AnyFeatureKind],
  ['behaviour.tool_mix', categoryKind as AnyFeatureKind],
  ['behaviour.finish', categoryKind as AnyFeatureKind],
  ['behaviour.tool_error', categoryKind as AnyFeatureKind],
  ['behaviour.loop', categoryKind as AnyFeatureKind],
  ['behaviour.error', categoryKind as AnyFeatureKind],
  ['behaviour.steps', numberKind as AnyFeatureKind],
  ['behaviour.tool_calls', numberKind as AnyFeatureKind],
];

/**
 * How the values of a feature, such as `embedding.input`, are measured and judged.
 * @throws DetectorError unknown_feature
 */
export function featureKind(feature: string): AnyFeatureKind {
  const found = kinds.find(([prefix]) => feature.startsWith(prefix));
  if (found === undefined) throw new DetectorError('unknown_feature', `There is no kind for ${feature}.`);
  return found[1];
}
