import type { DetectRequest, Moved } from '../detector.ts';
import { distanceShare } from '../families/distance-share.ts';
import type { Finding } from '../families/family.ts';
import { compareMix, movedPlaces } from '../families/mix.ts';
import { squaredDistance } from '../families/squared-distance.ts';
import { createDetector, type Judgement, listMoved, percent } from '../families/verdicts.ts';
import { languages } from '../sketches/guess-language.ts';
import { format_names } from '../sketches/text-format.ts';
import { type TextFit, textCounts, textNgrams } from '../sketches/text-sketch.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';

/**
 * Have texts changed? Four tests, each with one p-value: what the texts are made of (kernel test on the mean of
 * hashed n-grams), how long they are, their language, and their form. Their Cauchy combination is the p of the
 * verdict. The effect is that of the test with the highest lower end: the share of the window's texts that changed
 * length, language or form, or that would move the n-grams so far if they shared none with the reference.
 */
export const textSkew = createDetector<TextFit>('text-skew', judge);

/** The lower ends of all of them hold at once (Bonferroni). */
const part_names = ['lengths', 'languages', 'formats', 'n-grams'] as const;

interface Part {
  readonly name: (typeof part_names)[number];
  readonly finding: Finding;
  readonly moved: readonly Moved[];
}

function judge(request: DetectRequest<TextFit>): Judgement {
  const parts: Part[] = [
    compareShares(request, 'lengths', (place) => lengthName(request.fit, place)),
    compareShares(request, 'languages', (place) => languages[place] as string),
    compareFormats(request),
    { name: 'n-grams', finding: compareNgrams(request), moved: [] },
  ];
  const strongest = parts.reduce((best, part) =>
    part.finding.share_low > best.finding.share_low ||
    (part.finding.share_low === best.finding.share_low && part.finding.p < best.finding.p)
      ? part
      : best,
  );
  const moved = parts
    .flatMap((part) => part.moved)
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))
    .slice(0, 10);
  return {
    ...combineByTruncatedCauchy(parts.filter(couldDiffer).map(({ finding }) => finding.p)),
    finding: strongest.finding,
    moved,
    measures: Object.fromEntries(
      parts.flatMap(({ name, finding }) => {
        const key = name.replace('-', '');
        return [
          [`${key}_p`, finding.p],
          [`${key}_share`, finding.share],
        ];
      }),
    ),
    describe: `The ${strongest.name} of the texts moved by ${percent(strongest.finding.share)}${
      moved.length > 0 ? `: ${listMoved(moved)}` : ''
    }.`,
  };
}

/** Where no text of either side has another trait there is no test, and its p of 1 must not weaken the others. */
function couldDiffer({ finding }: Part): boolean {
  return finding.p < 1 || finding.statistic !== 0;
}

function compareShares(
  { fit, reference, current, alpha }: DetectRequest<TextFit>,
  name: 'lengths' | 'languages',
  nameOf: (place: number) => string,
): Part {
  const sides = { reference: textCounts(reference, name), current: textCounts(current, name) };
  const unevenness = fit.unevenness[name];
  const finding = compareMix({ ...sides, alpha: alpha / part_names.length, unevenness });
  return { name, finding, moved: movedPlaces(sides, nameOf) };
}

/** A text has several traits or none, so each is a test of its own; the most telling one gives the share. */
function compareFormats({ reference, current, alpha }: DetectRequest<TextFit>): Part {
  const sides = { reference: textCounts(reference, 'formats'), current: textCounts(current, 'formats') };
  const seen = format_names.flatMap((_, place) => {
    return (sides.reference.counts[place] as number) + (sides.current.counts[place] as number) > 0
      ? [place]
      : [];
  });
  const error = alpha / part_names.length / seen.length;
  const findings = seen.map((place) =>
    compareMix({
      ...{ reference: against(sides.reference, place), current: against(sides.current, place) },
      alpha: error,
    }),
  );
  const [first, ...others] = findings;
  const none = { statistic: 0, p: 1, share: 0, share_low: 0, share_high: 0 };
  const strongest = others.reduce((best, next) => (next.p < best.p ? next : best), first ?? none);
  const combined = findings.length === 0 ? none : combineByTruncatedCauchy(findings.map(({ p }) => p));
  const moved = movedPlaces(sides, (place) => format_names[place] as string);
  return { name: 'formats', finding: { ...strongest, ...combined }, moved };
}

function against({ count, counts, squares }: ReturnType<typeof textCounts>, place: number) {
  const [own, square] = [counts[place] as number, squares[place] as number];
  return { count, counts: [own, count - own], squares: [square, count - 2 * own + square] };
}

function compareNgrams({ fit, reference, current, alpha }: DetectRequest<TextFit>): Finding {
  const distance = squaredDistance(textNgrams(current), textNgrams(reference), {
    traces: fit.traces,
  });
  return {
    statistic: distance.estimate,
    p: distance.p,
    ...distanceShare(distance, {
      error: alpha / part_names.length,
      unlike: unlikeTexts(fit),
      spread: 1 / current.count + 1 / reference.count,
    }),
  };
}

/** A text's n-grams have length 1, so the squared distance of two means that share none is at most 2(1 - tr C). */
function unlikeTexts({ traces }: TextFit): number {
  return 2 * Math.max(1 - traces.first, 0.01);
}

function lengthName({ length_edges }: TextFit, place: number): string {
  const [from, to] = [length_edges[place - 1], length_edges[place]];
  if (from === undefined) return `at most ${to} characters`;
  return to === undefined ? `over ${from} characters` : `${from + 1} to ${to} characters`;
}
