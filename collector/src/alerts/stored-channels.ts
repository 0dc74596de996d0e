import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Channel, ChannelSettings } from './channels/channel.ts';
import { channels as kinds } from './channels/index.ts';
import type { HttpClient } from './http.ts';
import { readFields } from './rules/fields.ts';
import { addressesOf, mergeSettings } from './settings.ts';

/** A channel as the API made it. Its settings hold secrets. */
export interface StoredChannel {
  readonly kind: string;
  readonly settings: ChannelSettings;
  readonly channel: Channel;
}

/** Channels made by the API, kept in the control database with their secrets. */
export interface StoredChannels {
  list(): readonly StoredChannel[];
  /**
   * Makes or replaces a channel. Secrets that are not given stay, unless its address or kind changed.
   * @param given `{kind, settings}`
   * @throws SextantError bad_request, destination_blocked
   */
  put(name: string, given: unknown): Promise<StoredChannel>;
  /** @throws SextantError not_found */
  remove(name: string): void;
}

const CHANNELS_MAX = 100;
const NAME_UNITS_MAX = 200;

interface Parts {
  readonly database: DatabaseSync;
  readonly http: HttpClient;
  readonly log: Log;
}

export async function openStoredChannels({ database, http, log }: Parts): Promise<StoredChannels> {
  database.exec(`
    CREATE TABLE IF NOT EXISTS alert_channels (
      name TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      settings TEXT NOT NULL
    ) STRICT`);
  const statements = prepare(database);
  const stored = new Map<string, StoredChannel>();
  for (const row of statements.all.all()) {
    const [name, kind] = [String(row['name']), String(row['kind'])];
    try {
      stored.set(name, await make(name, kind, JSON.parse(String(row['settings'])), http));
    } catch (error) {
      log.error({ error, channel: name }, 'A stored channel cannot be made and is left out.');
    }
  }

  async function put(name: string, given: unknown): Promise<StoredChannel> {
    if (name.trim() === '' || name.length > NAME_UNITS_MAX)
      throw new SextantError('bad_request', `A channel needs a name of up to ${NAME_UNITS_MAX} characters.`);
    if (stored.size >= CHANNELS_MAX && !stored.has(name))
      throw new SextantError('bad_request', `There are ${CHANNELS_MAX} channels already.`);
    const { kind, settings } = readGiven(given);
    const before = stored.get(name);
    const settled = mergeSettings(before?.kind === kind ? before.settings : {}, settings);
    for (const address of addressesOf(settled)) await http.checkDestination(address);
    const made = await make(name, kind, settled, http);
    statements.put.run({ name, kind, settings: JSON.stringify(settled) });
    stored.set(name, made);
    return made;
  }

  return {
    list: () => [...stored.values()],
    put,
    remove(name) {
      if (statements.remove.run({ name }).changes === 0)
        throw new SextantError('not_found', `There is no channel "${name}" that the API made.`);
      stored.delete(name);
    },
  };
}

async function make(
  name: string,
  kind: string,
  settings: ChannelSettings,
  http: HttpClient,
): Promise<StoredChannel> {
  const factory = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  // A module of one's own is code: it comes with the environment or the rules file alone.
  if (factory === undefined)
    throw new SextantError('bad_request', `kind must be one of: ${Object.keys(kinds).join(', ')}.`);
  return { kind, settings, channel: await factory({ ...settings, name }, http) };
}

function readGiven(given: unknown): Pick<StoredChannel, 'kind' | 'settings'> {
  const fields = readFields(given, []);
  const kind = fields.text('kind');
  const settings = (fields.value('settings') ?? {}) as ChannelSettings;
  readFields(settings, ['settings']);
  fields.end();
  const texts = Object.values(settings).flat();
  if (texts.some((text) => typeof text === 'string' && /^(env|file):/.test(text)))
    throw new SextantError('bad_request', 'Only the rules file may refer to secrets with env: and file:.');
  if ('name' in settings)
    throw new SextantError('bad_request', 'The name of a channel stands in the path, not in its settings.');
  return { kind, settings };
}

function prepare(database: DatabaseSync) {
  return {
    all: database.prepare('SELECT name, kind, settings FROM alert_channels ORDER BY name'),
    put: database.prepare('INSERT OR REPLACE INTO alert_channels VALUES ($name, $kind, $settings)'),
    remove: database.prepare('DELETE FROM alert_channels WHERE name = $name'),
  };
}
