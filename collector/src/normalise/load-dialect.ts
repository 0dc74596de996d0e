import { SextantError } from '../errors.ts';
import { loadModule } from '../load-module.ts';
import type { Dialect } from './dialect.ts';
import { wellFormed } from './well-formed.ts';

/** The modules of a list as the option has it, separated by commas. */
export function dialectPaths(list: string): string[] {
  return list.split(',').filter((path) => path !== '');
}

/**
 * Loads a user's own dialect: the default export of a module. It is held to its contract: an error of its own is
 * reported and counts as "not recognised", and a value of the wrong type as not given, so that it can lose nothing.
 * @throws SextantError bad_request when there is no such module, or its default export is not a dialect
 */
export async function loadDialect(path: string, onError: (error: unknown) => void): Promise<Dialect> {
  const candidate = await loadModule(path);
  if (!isDialect(candidate)) {
    throw new SextantError('bad_request', `${path} must export a dialect as default: name, matches and map.`);
  }
  const guarded = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      onError(error);
      return otherwise;
    }
  };
  return {
    name: candidate.name,
    matches: (span) => guarded(() => candidate.matches(span), false),
    map: (span) =>
      guarded(() => {
        return wellFormed(candidate.map(span), (problem) =>
          onError(new TypeError(`${candidate.name}: ${problem}`)),
        );
      }, {}),
  };
}

function isDialect(value: unknown): value is Dialect {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Record<keyof Dialect, unknown>>;
  return (
    typeof candidate.name === 'string' &&
    /^[a-z][a-z0-9_]*$/.test(candidate.name) &&
    typeof candidate.matches === 'function' &&
    typeof candidate.map === 'function'
  );
}
