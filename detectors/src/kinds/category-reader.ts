import type { CategoryReader } from '../sequential/readers.ts';
import { type CategoryFit, categoryCounts } from '../sketches/category-sketch.ts';

/** Outcomes that nobody wants: of calls, tools and traces, and of tools called with the same arguments again. */
const failures: readonly string[] = ['error', 'repeated'];
const successes: readonly string[] = ['ok', 'unset', 'none'];

/**
 * Reads the sketches of categories. A fit does not know the name of its feature, only its values: where all of them
 * are words of an outcome, the first of `error` and `repeated` is the failure, and where the fit saw neither, whatever
 * it never saw is. A category of any other value, such as a tool's name, has no failure.
 */
export const categoryReader: CategoryReader<CategoryFit> = {
  counts: (fit, sketch) => categoryCounts(fit, sketch).counts,
  failure({ values }) {
    if (!values.every((value) => failures.includes(value) || successes.includes(value))) return null;
    const place = values.findIndex((value) => failures.includes(value));
    return place === -1 ? values.length : place;
  },
};
