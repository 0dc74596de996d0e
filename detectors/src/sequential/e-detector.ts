import { probit } from 'simple-statistics';
import { withinShares } from '../families/family.ts';
import { type Moments, meanOf, varianceOf } from '../statistics/moments.ts';

/** Normal quantile of the 90 % interval around effects. */
const interval_z = probit(0.95);

/** What one bet made of one window. */
export interface Bet {
  /** Logarithm of an e-value: at most 1 on average, whatever happened before, while nothing changed. */
  readonly log_e_value: number;
  /** For each unit of the window, the share of change it stands for: 0 as in the reference, 1 at the most. */
  readonly shift: Moments;
  /** Variance of the same for the reference's mean. */
  readonly reference_variance: number;
  /** What the bet says happened; "At least 5 % of the units" goes before it. */
  readonly says: () => string;
}

/** How far one bet has come. Plain JSON, of a fixed size. */
interface Trail {
  /** Shiryaev–Roberts sum over all times at which the change may have begun. */
  readonly evidence: number;
  /** Logarithm of the wealth since the likeliest of those times: CUSUM. */
  readonly log_wealth: number;
  /** Windows since then, and what they showed. */
  readonly windows: number;
  readonly shift: Moments;
}

export interface EDetectorState {
  readonly alarmed: boolean;
  /** The bet with the most evidence, by its place; during an alarm the one that led when it began. */
  readonly leader: number;
  readonly trails: readonly Trail[];
}

export interface EDetection {
  readonly state: EDetectorState;
  readonly evidence: number;
  readonly windows_since_change: number;
  readonly effect: { readonly estimate: number; readonly low: number; readonly high: number };
}

const fresh: Trail = {
  evidence: 0,
  log_wealth: 0,
  windows: 0,
  shift: { count: 0, sum: 0, sum_of_squares: 0 },
};

/**
 * Adds a window to an e-detector: the mean over the bets of their Shiryaev–Roberts sums, each of which becomes
 * (sum + 1) · e-value. While nothing changed the first alarm at evidence A comes after A windows on average at
 * least, without any assumption on the law of the data or its size (Shin, Ramdas and Rinaldo, "E-detectors", New
 * England Journal of Statistics in Data Science 2, 2024).
 *
 * The change is dated by the leading bet: the beginning of the stretch of windows on which it won most, which is
 * where its CUSUM last left 0 (Page, Biometrika 41, 1954). Windows kept at dyadic sizes would date it only to a
 * fraction of its age and grow with time; this dates it to the window, from a few numbers.
 * The effect is what that stretch shows; its interval does not know that the stretch was chosen.
 *
 * An alarm lasts until the evidence falls below the square root of the threshold. Then everything starts anew, so
 * that the next alarm needs a full run length again. Evidence is held at the square of the threshold, which is enough
 * to count among many keys: a change that ended is forgotten soon, however long it lasted.
 */
export function addWindow(
  before: EDetectorState | null,
  bets: readonly Bet[],
  run_length: number,
): EDetection {
  const ceiling = run_length ** 2 * bets.length;
  const known = before?.trails.length === bets.length ? before : null;
  const trails_before = known?.trails ?? bets.map(() => fresh);
  const was_alarmed = known?.alarmed === true;
  const trails = bets.map((bet, place) => {
    const trail = trails_before[place] as Trail;
    return extend(trail.log_wealth > 0 || was_alarmed ? trail : renewed(trail), bet, ceiling);
  });
  const evidence = trails.reduce((sum, trail) => sum + trail.evidence, 0) / bets.length;
  const leader = was_alarmed ? known.leader : strongest(trails_before, bets);
  const alarmed = evidence >= run_length || (was_alarmed && evidence >= Math.sqrt(run_length));
  const { windows, shift } = trails[leader] as Trail;
  return {
    state: { alarmed, leader, trails: was_alarmed && !alarmed ? bets.map(() => fresh) : trails },
    evidence,
    windows_since_change: windows,
    effect: effectOf(shift, (bets[leader] as Bet).reference_variance),
  };
}

/** The bet with the most evidence before it is held at the ceiling, where bets that won a lot are all the same. */
function strongest(trails: readonly Trail[], bets: readonly Bet[]): number {
  const logs = bets.map(
    ({ log_e_value }, place) => Math.log1p((trails[place] as Trail).evidence) + log_e_value,
  );
  return logs.indexOf(Math.max(...logs));
}

/** A new stretch begins, unless an alarm holds on to its own. */
function renewed({ evidence }: Trail): Trail {
  return { ...fresh, evidence };
}

function extend(trail: Trail, { log_e_value, shift }: Bet, ceiling: number): Trail {
  const { evidence, log_wealth, windows, shift: seen } = trail;
  return {
    evidence: Math.min((evidence + 1) * Math.exp(log_e_value), ceiling),
    log_wealth: Math.min(log_wealth + log_e_value, Math.log(ceiling)),
    windows: windows + 1,
    shift: {
      count: seen.count + shift.count,
      sum: seen.sum + shift.sum,
      sum_of_squares: seen.sum_of_squares + shift.sum_of_squares,
    },
  };
}

function effectOf(shift: Moments, reference_variance: number): EDetection['effect'] {
  const mean = meanOf(shift);
  const half = interval_z * Math.sqrt(varianceOf(shift) / shift.count + reference_variance);
  return { estimate: withinShares(mean), low: withinShares(mean - half), high: withinShares(mean + half) };
}
