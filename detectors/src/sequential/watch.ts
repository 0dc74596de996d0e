import type { DetectRequest } from '../detector.ts';
import type { AnyFit } from '../kind.ts';
import { checkIds, notJudged } from '../not-judged.ts';
import type { SequentialDetector, SequentialRequest } from '../sequential.ts';
import { addWindow, type Bet, type EDetection, type EDetectorState } from './e-detector.ts';

/** Below this many units a reference says too little to bet against. */
const reference_units_min = 30;

export interface Betting {
  /** Always as many, in the same order. */
  readonly bets: readonly Bet[];
  /** What the bets on the next window depend on; plain JSON. */
  readonly memory?: unknown;
}

export interface WatchOptions<Fit> {
  readonly name: string;
  /** The bets on a window, or null where the sketches do not hold what they are about. */
  bet(request: DetectRequest<Fit>, memory: unknown): Betting | null;
}

/**
 * A sequential detector from its bets. A window may have any number of units, one too: the e-values hold for all.
 * `effect` is the least share of the units that must have changed to move the mean score as far as it moved since
 * the change; `tolerance` is in the same unit, and holds for changes of any kind.
 */
export function createSequentialDetector<Fit extends AnyFit>({
  name,
  bet,
}: WatchOptions<Fit>): SequentialDetector<Fit> {
  return {
    name,
    start: () => ({}),
    step(request) {
      checkIds(request);
      const { reference, current, alpha } = request;
      const { detection: before = null, memory = null } = request.state as Partial<WatchState>;
      const enough = reference.count >= reference_units_min && current.count > 0;
      const betting = enough ? bet(request, memory) : null;
      if (!betting) {
        const verdict = notJudged(name, request, enough ? nothing_to_judge : tooLittle(request));
        return { state: request.state, verdict, windows_since_change: null };
      }
      const detection = addWindow(before, betting.bets, 1 / alpha);
      const { alarmed } = detection.state;
      return {
        state: { detection: detection.state, memory: betting.memory ?? null },
        verdict: {
          detector: name,
          n_reference: reference.count,
          n_current: current.count,
          statistic: detection.evidence,
          p: Math.min(1 / detection.evidence, 1),
          effect: detection.effect.estimate,
          effect_low: detection.effect.low,
          effect_high: detection.effect.high,
          drifted: alarmed,
          why: alarmed ? describeDrift(detection, betting.bets) : describeStable(detection, request),
        },
        windows_since_change: alarmed ? detection.windows_since_change : null,
      };
    },
  };
}

interface WatchState {
  readonly detection: EDetectorState;
  readonly memory: unknown;
}

const nothing_to_judge = 'The feature holds nothing that this detector judges.';

function tooLittle<Fit>({ reference, current }: SequentialRequest<Fit>): string {
  return `Too little evidence: ${current.count} units in the window and ${reference.count} in the reference; 1 and ${reference_units_min} are needed.`;
}

function describeDrift({ effect, state, windows_since_change }: EDetection, bets: readonly Bet[]): string {
  const stretch = windows_since_change === 1 ? 'In the last window' : `For ${windows_since_change} windows`;
  const range = `${percent(effect.low)} to ${percent(effect.high)}`;
  return `${stretch} at least ${percent(effect.estimate)} of the units (${range}) ${bets[state.leader]?.says()}.`;
}

function describeStable<Fit>({ evidence }: EDetection, { alpha, tolerance }: SequentialRequest<Fit>): string {
  return `No more evidence (${evidence.toPrecision(2)} of ${(1 / alpha).toPrecision(4)}) than chance makes in that many windows; up to ${percent(tolerance)} counts as nothing.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
