import type { Sketch } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { textSkew } from '../../../detectors/src/detectors/text-skew.ts';
import { textKind } from '../../../detectors/src/kinds/text.ts';
import { createRandom, shuffled } from '../../../detectors/src/sketches/random.ts';
import { loadClincTexts } from '../../detectors/support/embeddings.ts';
import { sumRows } from '../../detectors/support/pool.ts';
import { loadConversations, type Population, populations } from './populations.ts';
import { count, levels, type Rate, rateLine } from './rate.ts';

const n_max = 200;
/** Of a slice. */
const window_part = 0.3;
const text_fit_rows = 1_500;

interface Sliced {
  /** What each unit measured, and its intent. */
  readonly rows: readonly Int32Array[];
  readonly intents: readonly string[];
  readonly sketch: (rows: readonly Int32Array[]) => Sketch;
  readonly judge: (sides: { reference: Sketch; current: Sketch }) => number | null;
}

/**
 * A tool or a chain sees a few of the intents that the fit was made from: its windows, against a reference of the same
 * slice, must raise no more alarms than were asked for.
 */
export function* slices(plan: { windows: number; seed: number }): Generator<string> {
  const sliced: Readonly<Record<string, Sliced>> = {
    'vectors of clinc150': ofVectors(populations.clinc()),
    'vectors of banking77': ofVectors(populations.banking()),
    'vectors, conversations of 5': ofVectors(loadConversations()),
    'texts of clinc150': ofTexts(),
  };
  for (const [name, population] of Object.entries(sliced)) {
    for (const slice_count of [4, 10, 30]) yield* ratesOf(name, population, { ...plan, slice_count });
  }
}

function ofVectors({ known: { fit, rows }, intents }: Pick<Population, 'known' | 'intents'>): Sliced {
  return {
    ...{ rows, intents },
    sketch: (some) => sumRows(fit, some),
    judge: (sides) => embeddingDrift.detect({ fit, ...sides, alpha: 0.05, tolerance: 0 }).p,
  };
}

function ofTexts(): Sliced {
  const texts = shuffled(loadClincTexts(), createRandom(21));
  const units = texts.slice(0, text_fit_rows).map(({ text }) => [text]);
  const fit = textKind.createFit({ source: 'clinc150', units });
  const measure = textKind.createMeasure(fit);
  const known = texts.slice(text_fit_rows);
  const rows = known.map(({ text }) => Int32Array.from(measure([text])));
  return {
    ...{ rows, intents: known.map(({ intent }) => intent) },
    sketch: (some) => sumRows(fit, some),
    judge: (sides) => textSkew.detect({ fit, ...sides, alpha: 0.05, tolerance: 0 }).p,
  };
}

interface SlicePlan {
  readonly windows: number;
  readonly seed: number;
  readonly slice_count: number;
}

function ratesOf(
  name: string,
  { rows, intents, sketch, judge }: Sliced,
  { windows, seed, slice_count }: SlicePlan,
): string[] {
  const random = createRandom(seed);
  const of_slice = rowsOfSlices(rows, intents, slice_count);
  const rates = new Map<string, Rate>();
  for (let window = 0; window < windows; window++) {
    const dealt = shuffled(of_slice[window % slice_count] ?? [], random);
    const n = Math.min(n_max, Math.floor(dealt.length * window_part));
    const p = judge({ reference: sketch(dealt.slice(n)), current: sketch(dealt.slice(0, n)) });
    if (p === null) throw new Error(`Slices of ${dealt.length} units are too small to be judged.`);
    for (const { alpha } of levels) count(rates, `${alpha}`, p < alpha);
  }
  return levels.map(({ alpha, target }) =>
    rateLine(
      `false alarms, ${name}, slices of 1/${slice_count} of the intents, α=${alpha}`,
      rates.get(`${alpha}`) as Rate,
      target,
    ),
  );
}

/** Intents go to slices in turn. */
function rowsOfSlices(
  rows: readonly Int32Array[],
  intents: readonly string[],
  slice_count: number,
): Int32Array[][] {
  const slice_of = new Map(
    [...new Set(intents)].sort().map((intent, index) => [intent, index % slice_count]),
  );
  const of_slice = Array.from({ length: slice_count }, (): Int32Array[] => []);
  rows.forEach((row, index) => {
    of_slice[slice_of.get(intents[index] as string) as number]?.push(row);
  });
  return of_slice;
}
