import { levelAmong } from '@sextant/detectors';
import { type Level, withdrawn } from './accept-features.ts';
import type { Finding, NewState } from './finding.ts';
import type { JudgedWindow, JudgeWindowParts } from './judge-window.ts';
import { evidenceBeside, type LatestWindow, type LatestWindows } from './latest-windows.ts';
import { leadVerdicts, type SpokenFor } from './lead-verdicts.ts';
import type { TimeRange } from './read-sketches.ts';
import { isWhole, sliceName, whole } from './slices.ts';
import { standingOut } from './standing-out.ts';
import type { Stream } from './streams.ts';
import { type WindowVerdict, windowVerdict } from './window-verdict.ts';

/** Under this name is kept, beside the states of detectors, when those of single windows last found a drift. */
const single_windows = 'single windows';

/** What follows from a window: kept in one transaction with its end. */
export interface AcceptedWindow {
  readonly stream: Stream;
  readonly window: TimeRange;
  readonly verdicts: readonly WindowVerdict[];
  readonly states: readonly NewState[];
  readonly latest: LatestWindow;
}

export type AcceptParts = Pick<JudgeWindowParts, 'states' | 'options'> & { readonly latest: LatestWindows };

/**
 * Decides about windows of one tenant that end together, beside the latest ones of its other streams: with K streams
 * a p that is rare for one of them is found K times as often. First it is picked which streams changed, by Benjamini
 * and Yekutieli's procedure, because features of the same spans depend on each other in any way; of a picked one each
 * detector may find what it would alone at the level that picked it (Benjamini and Bogomolov, "Selective inference on
 * multiple families of hypotheses", Journal of the Royal Statistical Society B 76, 2014). Wholes and slices are picked
 * apart from each other, as they are where there is one stream only.
 *
 * A slice that drifted in the window before is not asked for more than if its stream were alone: that it goes on is
 * no other alarm.
 */
export function acceptWindows(judged: readonly JudgedWindow[], parts: AcceptParts): AcceptedWindow[] {
  const together = new Map(parts.latest);
  for (const { stream, window, evidence } of judged) {
    together.set(stream.stream_id, { to_us: window.to_us, evidence, drifted_slices: [] });
  }
  return judged.map((one) => conclude(one, together, parts));
}

type Decided = Finding & { readonly among: Level; readonly is_known: boolean };

function conclude(
  judged: JudgedWindow,
  together: LatestWindows,
  { latest, states, options }: AcceptParts,
): AcceptedWindow {
  const { stream, window, findings, evidence, n_detectors } = judged;
  const levelOf = (kind: 'whole' | 'slices'): Level => {
    const others = evidenceBeside(judged, together, kind);
    return { level: levelAmong(others, options.alpha) / n_detectors, n_features: others.length + 1 };
  };
  const at_once = decideAtOnce(findings, {
    before: new Set(latest.get(stream.stream_id)?.drifted_slices),
    alone: options.alpha / n_detectors,
    levels: { whole: levelOf('whole'), slices: levelOf('slices') },
  });
  const drifted_slices = at_once.filter(hasDrifted).map(({ slice }) => sliceName(slice));
  const found = drifted_slices.includes(sliceName(whole)) ? { drifted_us: window.from_us } : null;
  const known = found ?? states.get(stream, whole, single_windows);
  const online = decideOnline(findings, Number(known?.['drifted_us'] ?? Number.NEGATIVE_INFINITY));
  const found_state =
    found === null || online.length === 0 ? [] : [{ ...whole, detector: single_windows, state: found }];
  return {
    ...{ stream, window, latest: { to_us: window.to_us, evidence, drifted_slices } },
    verdicts: leadingFirst([...at_once, ...online]).map(([finding, spoken_for]) =>
      describe(finding, spoken_for, judged),
    ),
    states: [...judged.states, ...found_state],
  };
}

interface Decision {
  /** Slices that drifted in the window before. */
  readonly before: ReadonlySet<string>;
  /** The level if there were no other streams. */
  readonly alone: number;
  readonly levels: { readonly whole: Level; readonly slices: Level };
}

function decideAtOnce(findings: readonly Finding[], { before, alone, levels }: Decision): Decided[] {
  const at_once = findings.filter(({ online }) => online === null);
  const slices = at_once.filter(({ slice }) => !isWhole(slice));
  const standing_out = Array.from(
    Map.groupBy(slices, ({ verdict }) => verdict.detector).values(),
    (of_detector) => standingOut(of_detector, levels.slices.level),
  );
  return at_once.map((finding) => {
    const { slice, verdict } = finding;
    const among = isWhole(slice) ? levels.whole : levels.slices;
    const passes = isWhole(slice)
      ? (verdict.p ?? 1) < among.level
      : standing_out.some((of_detector) => of_detector.has(finding));
    const goes_on = before.has(sliceName(slice));
    const decided = { ...finding, among: goes_on ? { ...among, level: alone } : among, is_known: false };
    if (passes || goes_on || !verdict.drifted) return decided;
    return { ...decided, verdict: withdrawn(verdict, among), behind: null };
  });
}

/** Detectors that go on have decided by themselves. */
function decideOnline(findings: readonly Finding[], found_us: number): Decided[] {
  return findings.flatMap((finding) => {
    if (finding.online === null) return [];
    const { since_us, ...among } = finding.online;
    return [{ ...finding, among, is_known: found_us >= since_us }];
  });
}

/** A rule that takes any verdict takes the first of a window: that is the one that leads. */
function leadingFirst(findings: readonly Decided[]): [Decided, SpokenFor | null][] {
  const leads = leadVerdicts(findings);
  return findings
    .toSorted((a, b) => Number(leads.has(b)) - Number(leads.has(a)))
    .map((finding) => [finding, leads.get(finding) ?? null]);
}

function describe(
  { slice, verdict, behind, details, among }: Decided,
  spoken_for: SpokenFor | null,
  { stream, window }: JudgedWindow,
): WindowVerdict {
  const told = { ...details, ...among, ...behind?.details, ...(verdict.drifted && spoken_for) };
  const examples = behind?.examples ?? [];
  const is_lead = spoken_for !== null;
  return windowVerdict({ stream, window, slice, verdict, is_lead, examples, details: told });
}

function hasDrifted({ verdict }: Finding): boolean {
  return verdict.drifted;
}
