import { type AnyFit, eLevelAmong } from '@sextant/detectors';
import { isoTime } from '../alerts/alert.ts';
import type { Store } from '../stores/store.ts';
import type { Compared } from './compared.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { explainWindow } from './explain-window.ts';
import type { Behind, Closing, Finding, NewState } from './finding.ts';
import { type AnyKind, kindOf } from './kinds.ts';
import { evidenceBeside, type LatestWindows } from './latest-windows.ts';
import { type Pair, pairsToJudge } from './pairs.ts';
import { rankSegments } from './rank-segments.ts';
import type { References } from './references.ts';
import type { SequentialStates } from './sequential-states.ts';
import { isWhole } from './slices.ts';
import { standingOut } from './standing-out.ts';
import type { Slice, Streams } from './streams.ts';

/** What detectors that go on may ignore is meant for the worst of all changes, and so is that much more than it seems. */
const sequential_tolerance_part = 0.25;

export interface JudgeWindowParts {
  readonly store: Pick<Store, 'query'>;
  readonly streams: Pick<Streams, 'fitOf'>;
  readonly references: References;
  readonly states: SequentialStates;
  readonly options: { readonly alpha: number; readonly tolerance: number };
  /** Told of what failed without stopping anything. */
  readonly onError: (error: unknown, message: string) => void;
}

/** A window judged by itself, without its sketches, so that many can wait for each other; see `acceptWindows`. */
export interface JudgedWindow extends Closing {
  /** All of them together raise as many false alarms as were asked for: each has its share of the level. */
  readonly n_detectors: number;
  readonly findings: readonly Finding[];
  readonly evidence: Evidence;
  readonly states: readonly NewState[];
}

interface Judging extends Closing {
  readonly latest: LatestWindows;
  readonly fit: AnyFit;
  readonly kind: AnyKind;
  readonly compared: Compared;
  readonly pairs: readonly Pair[];
  readonly n_detectors: number;
}

/** On its way to a finding. */
type Found = Pick<Finding, 'verdict' | 'details' | 'online'> & { readonly pair: Pair };

/** Null where the feature is of no kind any more. */
export async function judgeWindow(
  closing: Closing & { readonly latest: LatestWindows },
  parts: JudgeWindowParts,
): Promise<JudgedWindow | null> {
  const { stream, window } = closing;
  const kind = kindOf(stream.feature);
  const fit = parts.streams.fitOf(stream);
  if (kind === null || fit === null) return null;
  const compared = await parts.references.compare(stream, window);
  const n_detectors = kind.detectors.length + kind.sequential.length;
  const judging = { ...closing, kind, fit, compared, pairs: pairsToJudge(compared), n_detectors };
  const online = judgeOnline(judging, parts);
  const findings: Finding[] = [];
  for (const found of [...judgeAtOnce(judging, parts), ...online.found]) {
    findings.push(await describe(found, judging, parts));
  }
  const evidence = evidenceOf(findings, n_detectors);
  return { stream, window, n_detectors, findings, evidence, states: online.states };
}

/** The whole is judged by itself; of the slices those drifted that stand out among all of them. */
function judgeAtOnce({ kind, pairs, fit, n_detectors }: Judging, { options }: JudgeWindowParts): Found[] {
  const alpha = options.alpha / n_detectors;
  const { tolerance } = options;
  return kind.detectors.flatMap((detector) => {
    const found = pairs.map((pair): Found & { slice: Slice } => {
      const verdict = detector.detect({ ...pair, fit, alpha, tolerance });
      return { pair, slice: pair, verdict, details: {}, online: null };
    });
    const slices = found.filter(({ pair }) => !isWhole(pair));
    const standing_out = standingOut(slices, alpha);
    return found.map((one) => {
      const { pair, verdict } = one;
      if (isWhole(pair) || !verdict.drifted || standing_out.has(one)) return one;
      const why = `One of ${slices.length} slices differs as much by chance. ${verdict.why}`;
      return { ...one, verdict: { ...verdict, drifted: false, why } };
    });
  });
}

/** Detectors that go on need one reference throughout, and are run on the whole. */
function judgeOnline(
  judging: Judging,
  { references, states, options }: JudgeWindowParts,
): { readonly found: Found[]; readonly states: NewState[] } {
  const { kind, pairs, stream, window, fit, latest, n_detectors } = judging;
  const policy = references.policies.get(stream).kind;
  const pair = pairs.find(isWhole);
  if (pair === undefined || (policy !== 'first' && policy !== 'pinned')) return { found: [], states: [] };
  const others = evidenceBeside(judging, latest, 'online');
  const level = eLevelAmong(others, options.alpha) / n_detectors;
  const { slice_key, slice_value } = pair;
  const tolerance = options.tolerance * sequential_tolerance_part;
  const steps = kind.sequential.map((detector) => {
    const state = states.get(stream, pair, detector.name) ?? detector.start();
    const step = detector.step({ ...pair, fit, alpha: level, tolerance, state });
    return { name: detector.name, step };
  });
  return {
    found: steps.map(({ step: { verdict, windows_since_change } }) => {
      const since_us = states.windowStart(stream, window, windows_since_change ?? 1);
      const details = windows_since_change === null ? {} : { windows_since_change, since: isoTime(since_us) };
      return { pair, verdict, details, online: { since_us, level, n_features: others.length + 1 } };
    }),
    states: steps.map(({ name, step }) => ({ slice_key, slice_value, detector: name, state: step.state })),
  };
}

async function describe(found: Found, judging: Judging, parts: JudgeWindowParts): Promise<Finding> {
  const { pair, verdict, online } = found;
  const { slice_key, slice_value } = pair;
  const { n_uncovered } = judging.compared;
  const details = {
    reference: parts.references.policies.get(judging.stream).kind,
    ...(n_uncovered > 0 && isWhole(pair) && { n_uncovered }),
    ...found.details,
  };
  const behind = verdict.drifted ? await lookBehind(pair, judging, parts) : null;
  return { slice: { slice_key, slice_value }, verdict, details, behind, online };
}

async function lookBehind(pair: Pair, judging: Judging, parts: JudgeWindowParts): Promise<Behind> {
  const { examples, clusters } = await explainWindow({ ...judging, ...pair }, parts);
  const { reference, current } = judging.compared.parts;
  const details = {
    ...(clusters.length > 0 && { clusters }),
    ...(isWhole(pair) && { segments: rankSegments(reference, current) }),
  };
  return { examples, details };
}
