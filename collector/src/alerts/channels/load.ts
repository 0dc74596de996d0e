import { SextantError } from '../../errors.ts';
import { loadModule } from '../../load-module.ts';
import type { HttpClient } from '../http.ts';
import type { Channel, ChannelSettings } from './channel.ts';

/**
 * Loads a user's own channel: a module whose default export is a factory, settings and an HTTP client in and
 * channel out. The factory may be asynchronous. A relative path starts at the working folder.
 * @throws SextantError bad_request, with the path and what is wrong
 */
export async function loadChannel(
  path: string,
  settings: ChannelSettings,
  http: HttpClient,
): Promise<Channel> {
  const factory = await loadModule(path);
  if (typeof factory !== 'function') throw bad(path, 'has no function as its default export');
  const channel: unknown = await create(path, () => factory(settings, http));
  if (!isChannel(channel)) throw bad(path, 'did not make an object with a name and a send function');
  return channel;
}

async function create(path: string, factory: () => unknown): Promise<unknown> {
  try {
    return await factory();
  } catch (cause) {
    throw bad(path, 'refused its settings', cause);
  }
}

function isChannel(value: unknown): value is Channel {
  if (typeof value !== 'object' || value === null) return false;
  const { name, send } = value as Partial<Channel>;
  return typeof name === 'string' && name !== '' && typeof send === 'function';
}

function bad(path: string, problem: string, cause?: unknown): SextantError {
  const because = cause instanceof Error ? `: ${cause.message}` : '';
  return new SextantError('bad_request', `The channel module ${path} ${problem}${because}.`, { cause });
}
