import { type AnyFit, acceptKeys, type SequentialState, type Sketch, type Verdict } from '@sextant/detectors';
import { isoTime } from '../alerts/alert.ts';
import type { Store } from '../stores/store.ts';
import { explainWindow } from './explain-window.ts';
import { type AnyKind, kindOf } from './kinds.ts';
import { leadVerdicts, type SpokenFor } from './lead-verdicts.ts';
import { rankSegments } from './rank-segments.ts';
import type { TimeRange } from './read-sketches.ts';
import type { Compared, References } from './references.ts';
import type { SequentialStates } from './sequential-states.ts';
import { whole } from './slices.ts';
import type { Slice, Stream } from './streams.ts';
import type { WindowVerdict } from './verdicts.ts';
import { windowVerdict } from './window-verdict.ts';

/** Slices below these say too little to be worth a test. */
const slice_window_min = 100;
const slice_reference_min = 500;

/** What detectors that go on may ignore is meant for the worst of all changes, and so is that much more than it seems. */
const sequential_tolerance_part = 0.25;

/** Under this name is kept, beside the states of detectors, when those of single windows last found a drift. */
const single_windows = 'single windows';

export interface JudgeWindowParts {
  readonly store: Pick<Store, 'query'>;
  readonly references: References;
  readonly states: SequentialStates;
  readonly options: { readonly alpha: number; readonly tolerance: number };
  /** Told of what failed without stopping anything. */
  readonly onError: (error: unknown, message: string) => void;
}

export interface Closing {
  readonly stream: Stream;
  readonly fit: AnyFit;
  readonly window: TimeRange;
}

/** What follows from a window: kept in one transaction with its end. */
export interface JudgedWindow {
  readonly verdicts: readonly WindowVerdict[];
  readonly states: readonly NewState[];
}

export interface NewState extends Slice {
  readonly detector: string;
  readonly state: SequentialState;
}

/** One slice of the window with the same slice of the reference. */
export interface Pair extends Slice {
  readonly reference: Sketch;
  readonly current: Sketch;
}

/** A verdict on one slice, on its way. */
interface Finding {
  readonly pair: Pair;
  readonly verdict: Verdict;
  /** How many windows back it began, for detectors that know. */
  readonly windows_since_change: number | null;
  /** See `leadVerdicts`. */
  readonly is_known: boolean;
}

export async function judgeWindow(closing: Closing, parts: JudgeWindowParts): Promise<JudgedWindow> {
  const { stream, window } = closing;
  const kind = kindOf(stream.feature);
  if (kind === null) return { verdicts: [], states: [] };
  const compared = await parts.references.compare(stream, window);
  const pairs = pairsToJudge(compared);
  const at_once = judgeAtOnce(kind, pairs, closing, parts);
  const has_drifted = at_once.some(({ pair, verdict }) => isWhole(pair) && verdict.drifted);
  const sequential = judgeSequentially(kind, pairs, { ...closing, has_drifted }, parts);
  const findings = [...at_once, ...sequential.findings];
  const leads = leadVerdicts(findings);
  // A rule that takes any verdict takes the first of a window: that is the one that leads.
  const ordered = findings.toSorted((a, b) => Number(leads.has(b)) - Number(leads.has(a)));
  const verdicts: WindowVerdict[] = [];
  for (const finding of ordered) {
    const spoken_for = leads.get(finding) ?? null;
    verdicts.push(await describe({ ...finding, spoken_for }, { ...closing, compared }, parts));
  }
  return { verdicts, states: sequential.states };
}

/**
 * All detectors together raise as many false alarms as were asked for. The whole is judged by itself; of the slices
 * those drifted that stand out among all of them.
 */
function judgeAtOnce(
  kind: AnyKind,
  pairs: readonly Pair[],
  { fit }: Closing,
  { options }: JudgeWindowParts,
): Finding[] {
  const { alpha, tolerance } = options;
  const share = alpha / (kind.detectors.length + kind.sequential.length);
  return kind.detectors.flatMap((detector) => {
    const found = pairs.map((pair): Finding => {
      const verdict = detector.detect({ ...pair, fit, alpha: share, tolerance });
      return { pair, verdict, windows_since_change: null, is_known: false };
    });
    const [all, slices] = [
      found.filter(({ pair }) => isWhole(pair)),
      found.filter(({ pair }) => !isWhole(pair)),
    ];
    return [...all, ...standingOut(slices, share)];
  });
}

/** Many slices would raise many false alarms: what does not stand out among them did not drift. */
function standingOut(findings: readonly Finding[], level: number): Finding[] {
  const nameOf = ({ pair }: Finding) => JSON.stringify([pair.slice_key, pair.slice_value]);
  const tested = findings.flatMap((finding) => {
    const { p } = finding.verdict;
    return p === null ? [] : [{ key: nameOf(finding), family: 'slices', p }];
  });
  const accepted = new Set(acceptKeys(tested, level));
  return findings.map((finding) => {
    const { verdict } = finding;
    if (!verdict.drifted || accepted.has(nameOf(finding))) return finding;
    const why = `One of ${tested.length} slices differs as much by chance. ${verdict.why}`;
    return { ...finding, verdict: { ...verdict, drifted: false, why } };
  });
}

/** Detectors that go on need one reference throughout, and are run on the whole. */
function judgeSequentially(
  kind: AnyKind,
  pairs: readonly Pair[],
  { stream, fit, window, has_drifted }: Closing & { readonly has_drifted: boolean },
  { references, states, options }: JudgeWindowParts,
): { readonly findings: Finding[]; readonly states: NewState[] } {
  const policy = references.policies.get(stream).kind;
  const pair = pairs.find(isWhole);
  if (pair === undefined || (policy !== 'first' && policy !== 'pinned')) return { findings: [], states: [] };
  const alpha = options.alpha / (kind.detectors.length + kind.sequential.length);
  const { slice_key, slice_value } = pair;
  const tolerance = options.tolerance * sequential_tolerance_part;
  const steps = kind.sequential.map((detector) => {
    const state = states.get(stream, pair, detector.name) ?? detector.start();
    const step = detector.step({ ...pair, fit, alpha, tolerance, state });
    return { name: detector.name, step };
  });
  const at_once = has_drifted ? { drifted_us: window.from_us } : states.get(stream, pair, single_windows);
  const found_us = Number(at_once?.['drifted_us'] ?? Number.NEGATIVE_INFINITY);
  return {
    findings: steps.map(({ step: { verdict, windows_since_change } }) => {
      const since_us = states.windowStart(stream, window, windows_since_change ?? 1);
      return { pair, verdict, windows_since_change, is_known: found_us >= since_us };
    }),
    states: [
      ...steps.map(({ name, step }) => ({ slice_key, slice_value, detector: name, state: step.state })),
      ...(has_drifted ? [{ slice_key, slice_value, detector: single_windows, state: { ...at_once } }] : []),
    ],
  };
}

interface Judging extends Closing {
  readonly compared: Compared;
}

async function describe(
  { pair, verdict, windows_since_change, spoken_for }: Finding & { readonly spoken_for: SpokenFor | null },
  closing: Judging,
  parts: JudgeWindowParts,
): Promise<WindowVerdict> {
  const { stream, window, compared } = closing;
  const { kind } = parts.references.policies.get(stream);
  const found = verdict.drifted ? await explainWindow({ ...closing, ...pair }, parts) : null;
  const since =
    windows_since_change === null ? null : parts.states.windowStart(stream, window, windows_since_change);
  const details = {
    reference: kind,
    ...(found !== null && found.clusters.length > 0 && { clusters: found.clusters }),
    ...(verdict.drifted &&
      isWhole(pair) && { segments: rankSegments(compared.parts.reference, compared.parts.current) }),
    ...(compared.n_uncovered > 0 && isWhole(pair) && { n_uncovered: compared.n_uncovered }),
    ...(verdict.drifted && spoken_for),
    ...(since === null ? {} : { windows_since_change, since: isoTime(since) }),
  };
  const is_lead = spoken_for !== null;
  const examples = found?.examples ?? [];
  return windowVerdict({ stream, window, slice: pair, verdict, is_lead, examples, details });
}

function isWhole({ slice_key }: Slice): boolean {
  return slice_key === whole.slice_key;
}

/** The whole, and the slices that are large enough and not the whole under another name. */
function pairsToJudge({ reference, current }: Pick<Compared, 'reference' | 'current'>): Pair[] {
  const pairs = current.flatMap(({ slice_key, slice_value, sketch }) => {
    const known = reference.find(
      (slice) => slice.slice_key === slice_key && slice.slice_value === slice_value,
    );
    return known === undefined ? [] : [{ slice_key, slice_value, reference: known.sketch, current: sketch }];
  });
  const all = pairs.find(isWhole);
  return pairs.filter((pair) => {
    if (isWhole(pair)) return true;
    if (pair.current.count < slice_window_min || pair.reference.count < slice_reference_min) return false;
    return pair.current.count !== all?.current.count || pair.reference.count !== all.reference.count;
  });
}
