import type { FitRequest, Measure } from '../kind.ts';
import { checkFitUnits, checkUnit, isText, type NamedFit, nameFit } from './fit-text.ts';
import { fitTraces } from './fit-traces.ts';
import { fitUnevenness } from './fit-unevenness.ts';
import { countsToShares, squareShares, toFixedPoint } from './fixed-point.ts';
import { guessLanguage, languages } from './guess-language.ts';
import type { Traces } from './kernel-traces.ts';
import { fixed_point } from './layout.ts';
import { narrowSamples } from './narrow-samples.ts';
import { fitQuantileBins, quantileBinOf } from './quantile-bins.ts';
import { createRandom, shuffled } from './random.ts';
import type { Sketch } from './sketch.ts';
import { format_names, formatsOf } from './text-format.ts';
import { hashText } from './text-hash.ts';

export const text_units_min = 30;
/** Of the sums and of what the fit knows beside them. */
export const text_version = 2;
const ngram_places = 1024;
const ngram_characters = 3;
/** Of a text; what is longer is measured by its beginning. Its length is measured whole. */
const characters_max = 4000;
const length_bins = 32;
/** Units whose pairs give the traces: time grows with their cube. */
const trace_units_max = 400;

export interface TextFit extends NamedFit {
  /** Upper ends of the bins of lengths but the last, in characters. */
  readonly length_edges: readonly number[];
  /** Of the covariance of the units' n-grams. */
  readonly traces: Traces;
  /** Of lengths and of languages: see `fitUnevenness`. */
  readonly unevenness: { readonly lengths: number; readonly languages: number };
}

/**
 * Sums: n-grams; their squared length; shares by length, language and format; the squares of these shares. The
 * squared length has the same fixed point as all others.
 */
const text_sections = {
  ngrams: { start: 0, length: ngram_places },
  ngrams_squared: { start: ngram_places, length: 1 },
  lengths: { start: ngram_places + 1, length: length_bins },
  languages: { start: ngram_places + 1 + length_bins, length: languages.length },
  formats: { start: ngram_places + 1 + length_bins + languages.length, length: format_names.length },
} as const;
const shares_start = text_sections.lengths.start;
const shares_length = length_bins + languages.length + format_names.length;

export const text_sums_length = shares_start + 2 * shares_length;

/** @throws DetectorError too_few_rows below 30 units, bad_vector */
export function createTextFit({ source, units, seed = 1 }: FitRequest<string>): TextFit {
  checkFitUnits(units, text_units_min);
  for (const unit of units) checkUnit(unit, isText, 'a text');
  const lengths = units.flatMap((unit) => unit.map((text) => [text.length, 1 / unit.length] as const));
  const edges = fitQuantileBins(lengths);
  const every = Math.ceil(edges.length / (length_bins - 1));
  const values = {
    source,
    seed,
    version: text_version,
    units: units.length,
    length_edges: edges.filter((_, edge) => edge % every === every - 1),
  };
  const measure = createTextMeasure(values);
  const rows = shuffled(units, createRandom(seed))
    .slice(0, trace_units_max)
    .map((unit) => measure(unit).map((value) => value / fixed_point));
  const section = ({ start, length }: { readonly start: number; readonly length: number }) =>
    rows.map((row) => row.subarray(start, start + length));
  const unevenness = {
    lengths: fitUnevenness(section(text_sections.lengths), seed),
    languages: fitUnevenness(section(text_sections.languages), seed),
  };
  const ngrams = section(text_sections.ngrams);
  return nameFit('text', { ...values, traces: fitTraces(ngrams, narrowSamples(ngrams)), unevenness });
}

export function createTextMeasure({
  seed,
  length_edges,
}: Pick<TextFit, 'seed' | 'length_edges'>): Measure<string> {
  const measured = new Float64Array(text_sums_length);
  const ngrams = measured.subarray(0, ngram_places);
  const shares = measured.subarray(shares_start, shares_start + shares_length);
  const addNgrams = createAddNgrams(seed);
  return (unit) => {
    checkUnit(unit, isText, 'a text');
    measured.fill(0);
    for (const text of unit) {
      addNgrams(text, ngrams);
      addShares(text, length_edges, shares);
    }
    for (let i = 0; i < ngram_places; i++) ngrams[i] = Math.floor((ngrams[i] as number) / unit.length + 0.5);
    let squared = 0;
    for (let i = 0; i < ngram_places; i++) squared += ((ngrams[i] as number) / fixed_point) ** 2;
    measured[ngram_places] = toFixedPoint(squared);
    countsToShares(shares, unit.length);
    squareShares(shares, measured.subarray(shares_start + shares_length));
    return measured;
  };
}

/**
 * Adds a text's n-grams, hashed to 1,024 places with a sign each (Weinberger et al., "Feature hashing for large
 * scale multitask learning", ICML 2009), as a vector of length 1 so that long texts weigh no more than short ones.
 */
function createAddNgrams(seed: number): (text: string, target: Float64Array) => void {
  const counts = new Float64Array(ngram_places);
  return (text, target) => {
    counts.fill(0);
    const padded = ` ${text.slice(0, characters_max).toLowerCase().replace(/\s+/g, ' ').trim()} `;
    for (let i = 0; i + ngram_characters <= padded.length; i++) {
      const hashed = hashText(padded.slice(i, i + ngram_characters), seed);
      const place = hashed % ngram_places;
      counts[place] = (counts[place] as number) + (hashed >>> 31 === 0 ? 1 : -1);
    }
    let squared = 0;
    for (let i = 0; i < ngram_places; i++) squared += (counts[i] as number) ** 2;
    if (squared === 0) return;
    const scale = Math.sqrt(squared);
    for (let i = 0; i < ngram_places; i++) {
      target[i] = (target[i] as number) + toFixedPoint((counts[i] as number) / scale);
    }
  };
}

function addShares(text: string, length_edges: readonly number[], shares: Float64Array): void {
  const add = (place: number) => {
    shares[place] = (shares[place] as number) + 1;
  };
  add(quantileBinOf(text.length, length_edges));
  add(length_bins + languages.indexOf(guessLanguage(text.slice(0, characters_max))));
  formatsOf(text.slice(0, characters_max)).forEach((has, format) => {
    if (has) add(length_bins + languages.length + format);
  });
}

export type TextShares = 'lengths' | 'languages' | 'formats';

/** Units by length, language or format, and the sums of their squared shares. */
export function textCounts({ count, sums }: Sketch, name: TextShares) {
  const { start, length } = text_sections[name];
  const section = (from: number) => sums.slice(from, from + length).map((value) => value / fixed_point);
  return { count, counts: section(start), squares: section(start + shares_length) };
}

/** The mean of the units' n-grams, and the mean of its squared length. */
export function textNgrams({ count, sums }: Sketch) {
  return {
    count,
    mean: sums.slice(0, ngram_places).map((value) => value / (fixed_point * count)),
    mean_square: (sums[ngram_places] as number) / (fixed_point * count),
  };
}
