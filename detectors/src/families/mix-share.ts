import { countShares } from '../statistics/count-shares.ts';
import { type UnitSide, varianceOfPooled } from '../statistics/design-effect.ts';
import { likelihoodInterval } from '../statistics/likelihood-interval.ts';
import { type Interval, intervalDifference } from '../statistics/proportion-difference.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { errorQuantile, type Finding, withinShares } from './family.ts';
import type { MixQuestion } from './mix-question.ts';

/** Of what may go wrong, for the sum over all places; the rest is for the single ones. */
const sum_part = 0.9;

/**
 * The total variation distance: the least share of units that would have to be of another value. What chance adds to
 * it is taken off place by place. It is by how much the places that gained have more of the window's units than of
 * the reference's, so it varies as the difference of these two proportions does.
 *
 * By how much a single place gained or lost is no more than the whole, and known better where the place is rare. So
 * the lower end is the highest of that of the sum and those of all places, which hold at once (Bonferroni). At the
 * upper end what chance may have added stays in.
 */
export function movedShare(question: MixQuestion, design_effect: number): Omit<Finding, 'statistic' | 'p'> {
  const { reference, current, alpha } = question;
  const estimate = totalVariation(reference, current);
  const sum = ofGaining(question, { design_effect, z: errorQuantile(alpha * sum_part) });
  const least = Math.max(estimate - (sum.estimate - sum.low), ofSinglePlaces(question));
  return {
    share: withinShares(Math.max(estimate, least)),
    share_low: withinShares(least),
    share_high: withinShares(sum.high),
  };
}

function totalVariation(reference: UnitSide, current: UnitSide): number {
  const [before, after] = [countShares(reference.counts), countShares(current.counts)];
  return before.reduce((sum, share, place) => {
    const deviation = Math.sqrt(varianceOfPooled(reference, current, place));
    return sum + withoutNoise((after[place] as number) - share, deviation) / 2;
  }, 0);
}

interface Doubt {
  readonly design_effect: number;
  readonly z: number;
}

/**
 * Units of several values vary less, some mixes of values less than others: the mean design effect times the
 * unevenness is the mean over what units vary in, each by how much they do.
 */
function ofGaining(
  { reference, current, unevenness = 1 }: MixQuestion,
  { design_effect, z }: Doubt,
): Interval {
  let [before, after] = [0, 0];
  for (let place = 0; place < reference.counts.length; place++) {
    const [then, now] = [reference.counts[place] as number, current.counts[place] as number];
    if (now * reference.count <= then * current.count) continue;
    before += then;
    after += now;
  }
  const units = 1 / Math.min(design_effect * unevenness, 1);
  return intervalDifference(
    likelihoodInterval({ hits: after * units, count: current.count * units }, z),
    likelihoodInterval({ hits: before * units, count: reference.count * units }, z),
  );
}

/** The largest share that any place gained or lost for certain. */
function ofSinglePlaces({ reference, current, alpha }: MixQuestion): number {
  const places = Array.from(reference.counts, (_, place) => place).filter(
    (place) => (reference.counts[place] as number) + (current.counts[place] as number) > 0,
  );
  const z = errorQuantile((alpha * (1 - sum_part)) / places.length);
  return places.reduce((most, place) => {
    const [then, now] = [reference.counts[place] as number, current.counts[place] as number];
    const shift = now / current.count - then / reference.count;
    if (Math.abs(shift) <= most) return most;
    const units = 1 / designEffectOf(reference, current, place);
    const [a, b] = [
      likelihoodInterval({ hits: now * units, count: current.count * units }, z),
      likelihoodInterval({ hits: then * units, count: reference.count * units }, z),
    ];
    return Math.max(most, (shift > 0 ? intervalDifference(a, b) : intervalDifference(b, a)).low);
  }, 0);
}

function designEffectOf(first: UnitSide, second: UnitSide, place: number): number {
  const count = first.count + second.count;
  const share = ((first.counts[place] as number) + (second.counts[place] as number)) / count;
  const expected = share * (1 - share) * (1 / first.count + 1 / second.count);
  if (!(expected > 0)) return 1;
  return Math.min(Math.max(varianceOfPooled(first, second, place) / expected, 0.01), 1);
}
