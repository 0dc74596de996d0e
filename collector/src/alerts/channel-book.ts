import { SextantError } from '../errors.ts';
import type { Channel, ChannelSettings } from './channels/channel.ts';
import { shownSettings } from './settings.ts';
import type { StoredChannel, StoredChannels } from './stored-channels.ts';

/** The channels that hold now: those of the environment and the rules file, and those made by the API. */
export interface ChannelBook {
  /** The same map always: who holds it sees every change. */
  readonly by_name: ReadonlyMap<string, Channel>;
  list(): ListedChannel[];
  /** See `StoredChannels`. @throws SextantError bad_request, destination_blocked, forbidden for a configured one */
  put(name: string, given: unknown): Promise<ListedChannel>;
  /** @throws SextantError not_found, forbidden for a configured one */
  remove(name: string): void;
}

/** What anybody may see of a channel: no secret, and of addresses, which may be secrets, only the host. */
export interface ListedChannel {
  readonly name: string;
  readonly source: 'configuration' | 'api';
  /** Null for a configured one, as are its settings. */
  readonly kind: string | null;
  readonly settings: ChannelSettings | null;
  readonly public_keys: readonly string[];
}

/**
 * @param stored null where the API makes none
 * @throws SextantError bad_request when two configured channels have one name
 */
export function createChannelBook(
  configured: readonly Channel[],
  stored: StoredChannels | null,
): ChannelBook {
  const by_name = new Map(configured.map((channel) => [channel.name, channel]));
  const is_configured = new Set(by_name.keys());
  if (by_name.size < configured.length)
    throw new SextantError('bad_request', 'Two channels have the same name.');
  // A configured channel stands before one of the API that has its name.
  const ownStored = () => stored?.list().filter(({ channel }) => !is_configured.has(channel.name)) ?? [];
  for (const { channel } of ownStored()) by_name.set(channel.name, channel);

  function changeable(name: string): StoredChannels {
    if (stored !== null && !is_configured.has(name)) return stored;
    throw new SextantError('forbidden', `The channel "${name}" is configured; change it there.`);
  }

  return {
    by_name,
    list: () => [...configured.map(listedConfigured), ...ownStored().map(listedStored)],
    async put(name, given) {
      const made = await changeable(name).put(name, given);
      by_name.set(name, made.channel);
      return listedStored(made);
    },
    remove(name) {
      changeable(name).remove(name);
      by_name.delete(name);
    },
  };
}

function listedConfigured({ name, public_keys = [] }: Channel): ListedChannel {
  return { name, source: 'configuration', kind: null, settings: null, public_keys };
}

function listedStored({ kind, settings, channel: { name, public_keys = [] } }: StoredChannel): ListedChannel {
  return { name, source: 'api', kind, settings: shownSettings(settings), public_keys };
}
