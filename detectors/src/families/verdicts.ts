import type { Detector, DetectRequest, Moved, Verdict } from '../detector.ts';
import type { AnyFit } from '../kind.ts';
import { checkIds, notJudged } from '../not-judged.ts';
import type { Finding } from './family.ts';

/** Below this many units on either side the null distributions are not to be trusted. */
const units_min = 30;

/** What a detector found in enough evidence; `describe` is the sentence on a shift that counts. */
export interface Judgement extends Pick<Verdict, 'statistic' | 'measures' | 'moved'> {
  readonly p: number;
  readonly finding: Pick<Finding, 'share' | 'share_low' | 'share_high'>;
  readonly describe: string;
}

/** A detector that judges windows of enough units, and puts what it found into a verdict. */
export function createDetector<Fit extends AnyFit>(
  name: string,
  judge: (request: DetectRequest<Fit>) => Judgement,
): Detector<Fit> {
  return {
    name,
    detect(request) {
      checkIds(request);
      const { reference, current } = request;
      const sizes = { detector: name, n_reference: reference.count, n_current: current.count };
      if (isTooLittle(request)) return notJudged(name, request, tooLittle(request));
      return { ...sizes, ...decide(judge(request), request) };
    },
  };
}

/** The threshold that Vertex AI Model Monitoring has where none is given. */
const compatible_threshold = 0.3;

/** A distance of two samples that other tools hold against a fixed threshold. */
interface Distance extends Pick<Verdict, 'moved'> {
  readonly distance: number;
  readonly describe: string;
}

/** A detector that other tools have: it alarms where a distance exceeds 0.3, and the tolerance if that is more. */
export function createThresholdDetector<Fit extends AnyFit>(
  name: string,
  measure: (request: DetectRequest<Fit>) => Distance,
): Detector<Fit> {
  return {
    name,
    detect(request) {
      checkIds(request);
      const { reference, current, tolerance } = request;
      const sizes = { detector: name, n_reference: reference.count, n_current: current.count };
      if (isTooLittle(request)) return notJudged(name, request, tooLittle(request));
      const { distance, describe, ...shown } = measure(request);
      const threshold = Math.max(compatible_threshold, tolerance);
      const drifted = distance > threshold;
      const effect = { statistic: distance, effect: distance, effect_low: distance, effect_high: distance };
      const stable = `The distance is ${distance.toFixed(3)}; up to ${threshold} counts as nothing.`;
      return { ...sizes, ...shown, ...effect, p: null, drifted, why: drifted ? describe : stable };
    },
  };
}

function isTooLittle({ reference, current }: DetectRequest<AnyFit>): boolean {
  return Math.min(reference.count, current.count) < units_min;
}

type Rest = Omit<Verdict, 'detector' | 'n_reference' | 'n_current'>;

function tooLittle({ reference, current }: DetectRequest<AnyFit>): string {
  return `Too little evidence: ${current.count} units in the window and ${reference.count} in the reference; ${units_min} are needed in each.`;
}

function decide(judgement: Judgement, { alpha, tolerance }: DetectRequest<AnyFit>): Rest {
  const { p, finding, describe, ...shown } = judgement;
  const drifted = p < alpha && finding.share_low > tolerance;
  const stable =
    p >= alpha
      ? `No more difference than chance makes (p = ${p.toPrecision(2)}).`
      : `A difference beyond chance (p = ${p.toPrecision(2)}), but it may be as small as ${percent(finding.share_low)}; up to ${percent(tolerance)} counts as nothing.`;
  return {
    ...shown,
    p,
    effect: finding.share,
    effect_low: finding.share_low,
    effect_high: finding.share_high,
    drifted,
    why: drifted ? describe : stable,
  };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** The three that moved most, in words. */
export function listMoved(moved: readonly Moved[]): string {
  return moved
    .slice(0, 3)
    .map(
      ({ name, before, after }) =>
        `${name === '' ? 'the empty value' : name} from ${percent(before)} to ${percent(after)}`,
    )
    .join(', ');
}
