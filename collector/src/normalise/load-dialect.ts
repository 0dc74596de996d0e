import { SextantError } from '../errors.ts';
import type { Dialect } from './dialect.ts';

/**
 * Loads a user's own dialect: the default export of a module.
 * @param module_url address of the module, such as `file:///etc/sextant/our-dialect.js`
 * @throws SextantError bad_request when there is no such module, or its default export is not a dialect
 */
export async function loadDialect(module_url: string): Promise<Dialect> {
  const candidate = await importDefault(module_url);
  if (!isDialect(candidate)) {
    throw new SextantError(
      'bad_request',
      `${module_url} must export a dialect as default: name, matches and map.`,
    );
  }
  return candidate;
}

async function importDefault(module_url: string): Promise<unknown> {
  try {
    const loaded: { readonly default?: unknown } = await import(module_url);
    return loaded.default;
  } catch (error) {
    throw new SextantError('bad_request', `The dialect ${module_url} could not be loaded.`, { cause: error });
  }
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
