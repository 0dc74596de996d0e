import { hash } from 'node:crypto';
import { DetectorError } from '../errors.ts';
import type { AnyFit } from '../kind.ts';

/** What the fits of categories, numbers and texts have: plain JSON, named by a hash of itself. */
export interface NamedFit extends AnyFit {
  readonly source: string;
  readonly seed: number;
  /** Of the layout of the sums. */
  readonly version: number;
  /** Units it was made from. */
  readonly units: number;
}

/** The fit with the id that names kind, source, seed and version in clear, and everything else by its hash. */
export function nameFit<Values extends Omit<NamedFit, 'id'>>(kind: string, values: Values): Values & AnyFit {
  const digest = hash('sha256', JSON.stringify(values), 'hex').slice(0, 16);
  return { id: `${values.source}:${kind}:s${values.seed}:v${values.version}:${digest}`, ...values };
}

interface FitFormat {
  readonly kind: string;
  readonly version: number;
}

/** Writes such a fit as JSON, and reads it, checked against its own id and the version that is understood. */
export function namedFitText<Fit extends NamedFit>({ kind, version }: FitFormat) {
  return {
    serialiseFit: (fit: Fit): string => JSON.stringify(fit),
    /** @throws DetectorError bad_fit */
    parseFit(text: string): Fit {
      const fit = read(text) as Fit | null;
      const { id, ...values } = fit ?? ({ id: null } as unknown as Fit);
      if (fit?.version === version && nameFit(kind, values).id === id) return fit;
      throw new DetectorError(
        'bad_fit',
        `The stored fit is damaged, of another version, or not one of ${kind}.`,
      );
    },
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DetectorError('bad_fit', 'The stored fit could not be read.', { cause });
  }
}

/** @throws DetectorError too_few_rows */
export function checkFitUnits(units: readonly unknown[], fewest: number): void {
  if (units.length < fewest) {
    throw new DetectorError(
      'too_few_rows',
      `${units.length} conversations or spans are too few to fit on; ${fewest} are needed.`,
    );
  }
}

/**
 * Checks that a unit holds values, and that each is one the kind can measure.
 * @throws DetectorError bad_vector
 */
export function checkUnit<Value>(
  unit: readonly unknown[],
  fits: (value: unknown) => value is Value,
  wanted: string,
): asserts unit is readonly Value[] {
  if (unit.length === 0) throw new DetectorError('bad_vector', 'A unit holds no value.');
  if (!unit.every(fits)) throw new DetectorError('bad_vector', `A value is not ${wanted}.`);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
