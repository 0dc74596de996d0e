import { type AnyFit, addUnit, type FeatureKind, type Sketch, startSketch } from '@sextant/detectors';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';

export type Uniform = () => number;

export function uniformOf(random: RandomSource): Uniform {
  return () => (random() + 0.5) / 2 ** 32;
}

export interface SkewPlan<Value, Fit extends AnyFit> {
  readonly kind: FeatureKind<Value, Fit>;
  readonly unit: (uniform: Uniform) => readonly Value[];
  /** Units of reference and window, where they are of a part of what the fit was made from. */
  readonly slice?: (uniform: Uniform) => readonly Value[];
  /** Units of the window, where they are of another population. */
  readonly shifted?: (uniform: Uniform) => readonly Value[];
  readonly n_reference: number;
  readonly n_current: number;
  readonly windows: number;
  readonly seed: number;
  /** Takes the time of every verdict. */
  readonly clock?: () => number;
}

/** p-values and verdicts over windows that each have a reference of their own. */
export function skewVerdicts<Value, Fit extends AnyFit>(plan: SkewPlan<Value, Fit>) {
  const {
    kind,
    unit,
    slice = unit,
    shifted = slice,
    n_reference,
    n_current,
    windows,
    seed,
    clock = () => 0,
  } = plan;
  const uniform = uniformOf(createRandom(seed));
  const fit = kind.createFit({ source: 'test', units: Array.from({ length: 1_000 }, () => unit(uniform)) });
  const measure = kind.createMeasure(fit);
  const sketch = (count: number, of: typeof unit): Sketch => {
    const grown = startSketch(kind, fit);
    for (let i = 0; i < count; i++) addUnit(grown, measure(of(uniform)));
    return grown;
  };
  return Array.from({ length: windows }, () => {
    const request = { fit, reference: sketch(n_reference, slice), current: sketch(n_current, shifted) };
    const started_ms = clock();
    const verdict = kind.detectors[0]!.detect({ ...request, alpha: 0.01, tolerance: 0.02 });
    return { ...verdict, duration_ms: clock() - started_ms };
  });
}

const zipf = Array.from({ length: 60 }, (_, i) => 1 / (i + 1));
const zipf_total = zipf.reduce((sum, weight) => sum + weight, 0);

/** One of 60 values, the tenth a tenth as frequent as the first. */
function zipfValue(uniform: Uniform): string {
  let left = uniform() * zipf_total;
  const value = zipf.findIndex((weight) => {
    left -= weight;
    return left <= 0;
  });
  return `value ${value}`;
}

/** Populations of units on which detectors must be calibrated. */
export const numbers = {
  continuous: (uniform: Uniform) => [uniform()],
  heavy: (uniform: Uniform) => [1 / uniform()],
  tied: (uniform: Uniform) => [Math.floor(uniform() * 4)],
  zeros: (uniform: Uniform) => [uniform() < 0.7 ? 0 : -Math.log(uniform())],
  conversation: (uniform: Uniform) => new Array<number>(5).fill(-Math.log(uniform())),
  mixed: (uniform: Uniform) => {
    const level = uniform();
    return Array.from({ length: 1 + Math.floor(uniform() * 8) }, () => level + uniform() / 2);
  },
  /** One to four of five values, alike in a conversation. */
  few: (uniform: Uniform) => {
    const level = uniform();
    return Array.from({ length: 1 + Math.floor(uniform() * 4) }, () => Math.floor(3 * level + 2 * uniform()));
  },
  rare: (uniform: Uniform) => [uniform() < 0.99 ? 0 : -Math.log(uniform())],
} as const;

export const categories = {
  sparse: (uniform: Uniform) => [zipfValue(uniform)],
  dense: (uniform: Uniform) => [`${Math.floor(uniform() * 5)}`],
  conversation: (uniform: Uniform) => new Array<string>(5).fill(zipfValue(uniform)),
  mixed: (uniform: Uniform) => {
    const usual = zipfValue(uniform);
    return Array.from({ length: 1 + Math.floor(uniform() * 8) }, () =>
      uniform() < 0.5 ? usual : zipfValue(uniform),
    );
  },
  /** Half of the conversations are of one value throughout, the others are the same mix each. */
  uneven: (uniform: Uniform) =>
    new Array<string>(6).fill(uniform() < 0.2 ? 'alone' : '').map((value, i) => value || `${i % 3}`),
} as const;

const words = 'the a of to and price flight book car help card my is in for how what'.split(' ');

export const texts = {
  sentence: (uniform: Uniform) => [sentenceOf(uniform)],
  conversation: (uniform: Uniform) => new Array<string>(3).fill(sentenceOf(uniform)),
} as const;

function sentenceOf(uniform: Uniform): string {
  const length = 4 + Math.floor(uniform() * 12);
  return Array.from({ length }, () => words[Math.floor(uniform() * words.length)]).join(' ');
}
