import type { CategoryReader } from '../sequential/readers.ts';
import { type CategoryFit, categoryCounts } from '../sketches/category-sketch.ts';

/**
 * Outcomes that nobody wants: of calls, tools and traces, of tools called with the same arguments again, and of
 * evaluations that say no more than a word.
 */
const failures: readonly string[] = [
  'error',
  'repeated',
  'fail',
  'failed',
  'incorrect',
  'unsafe',
  'thumbs_down',
];
const successes: readonly string[] = [
  'ok',
  'unset',
  'none',
  'pass',
  'passed',
  'correct',
  'safe',
  'thumbs_up',
];

/**
 * Reads the sketches of categories. A fit does not know the name of its feature, only its values: where all of them
 * are words of an outcome, the most frequent of the failing ones is the failure, and where the fit saw none, whatever
 * it never saw is. Capitals do not matter. A category of any other value, such as a tool's name, has no failure.
 */
export const categoryReader: CategoryReader<CategoryFit> = {
  counts: (fit, sketch) => categoryCounts(fit, sketch).counts,
  failure(fit) {
    const values = fit.values.map((value) => value.toLowerCase());
    if (!values.every((value) => failures.includes(value) || successes.includes(value))) return null;
    const place = values.findIndex((value) => failures.includes(value));
    return place === -1 ? values.length : place;
  },
};
