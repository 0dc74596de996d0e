import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SextantError } from './errors.ts';

/**
 * The default export of a module of the user's own. A relative path starts at the working folder.
 * @throws SextantError bad_request when there is no such module
 */
export async function loadModule(path: string): Promise<unknown> {
  try {
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return loaded.default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SextantError('bad_request', `The module ${path} could not be loaded: ${why}.`, { cause });
  }
}

/**
 * Says that there is no such module, without running it.
 * @throws SextantError bad_request
 */
export function checkModule(path: string): void {
  const file = resolve(path);
  if (!existsSync(file))
    throw new SextantError('bad_request', `The module ${path} could not be loaded: there is no ${file}.`);
}

/** Whether a configured name is the path of a module rather than a name of a list. */
export function isModulePath(name: string): boolean {
  return /[./\\]/.test(name);
}
