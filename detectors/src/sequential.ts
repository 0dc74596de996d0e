import type { DetectRequest, Verdict } from './detector.ts';

/** What a sequential detector carries from one window to the next: plain JSON. */
export type SequentialState = Readonly<Record<string, unknown>>;

/**
 * A detector that looks at window after window against one reference and may alarm at any of them. Its false
 * alarms are bounded by the run length wanted, however long it watches.
 *
 * Contract (checked for every such detector by `test/contracts/sequential.ts`):
 * - Pure: same state and request, same answer, bit for bit. The state survives JSON.
 * - `p` of the verdict is one over the evidence, at most 1; `drifted` means that the evidence passed the threshold.
 * - A window with too little evidence leaves the state as it was.
 */
export interface SequentialDetector<Fit = unknown> {
  readonly name: string;
  start(): SequentialState;
  step(request: SequentialRequest<Fit>): SequentialStep;
}

export interface SequentialRequest<Fit> extends DetectRequest<Fit> {
  readonly state: SequentialState;
}

export interface SequentialStep {
  readonly state: SequentialState;
  readonly verdict: Verdict;
  /** How many windows back, this one included, the change began; null while nothing changed. */
  readonly windows_since_change: number | null;
}
