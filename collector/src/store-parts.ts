import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChartLinks } from './access/chart-links.ts';
import { createChannel } from './alerts/channels/index.ts';
import { type Alerts, createAlerts } from './alerts/engine.ts';
import type { HttpClient } from './alerts/http.ts';
import { createChannels, loadRuleFile } from './alerts/rules/load-file.ts';
import { openStoredChannels } from './alerts/stored-channels.ts';
import type { Log } from './log.ts';
import type { Dialect } from './normalise/dialect.ts';
import { dialects } from './normalise/dialects/index.ts';
import { dialectPaths, loadDialect } from './normalise/load-dialect.ts';
import type { Options } from './options.ts';
import type { Store } from './stores/store.ts';
import { createEncoder } from './watch/encoders/index.ts';
import { createWatch, type Watch } from './watch/watch.ts';

/** Makes the parts of the store process as the options say. */

/** Small state: alerts, outbox, what is watched. A promised page must survive a power cut, so commits are synced. */
export function openControl(options: Options): DatabaseSync {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const control = new DatabaseSync(join(options.data, 'control.sqlite'));
  control.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  // Vectors of people pass through it; what is deleted is not to be found in the file any more.
  control.exec('PRAGMA secure_delete = ON');
  return control;
}

/** The user's own dialects, then those that come with Sextant. */
export async function openDialects(
  options: Options,
  onError: (error: unknown) => void,
): Promise<readonly Dialect[]> {
  const own = dialectPaths(options.dialects).map((path) => loadDialect(path, onError));
  return [...(await Promise.all(own)), ...dialects];
}

interface Surroundings {
  readonly store: Store;
  readonly control: DatabaseSync;
  readonly log: Log;
}

interface AlertSurroundings extends Surroundings {
  /** What channels send with. */
  readonly http: HttpClient;
  /** Where the rules file may refer to for secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of a chart that needs no key. */
  readonly chartPath: ChartLinks['pathOf'];
}

export async function openAlerts(
  options: Options,
  { http, environment, ...surroundings }: AlertSurroundings,
): Promise<Alerts> {
  const { log } = surroundings;
  const { alerts: path } = options;
  const file = path === null ? null : { rule_path: path, rule_file: loadRuleFile(path) };
  // The webhook has to be told where to; a channel of one's own may know.
  const wanted = options.webhook_url !== null || options.channel !== 'webhook';
  const channels = [
    ...(wanted ? [await createChannel(options.channel, channelSettings(options), http)] : []),
    ...(file === null ? [] : await createChannels(file, { http, environment })),
  ];
  for (const { name, public_keys = [] } of channels)
    if (public_keys.length > 0) log.info({ name, public_keys }, 'Receivers verify webhooks with these keys.');
  if (options.webhook_url !== null) void warnIfBlocked(options.webhook_url, http, log);
  return createAlerts({
    ...surroundings,
    channels,
    stored_channels: await openStoredChannels({ database: surroundings.control, http, log }),
    ...file,
    options: {
      public_url: options.public_url ?? `http://${options.host}:${options.port}`,
      interval_ms: options.alert_interval_ms,
      timeout_ms: options.sql_timeout_ms,
    },
    now: Date.now,
  });
}

/** That an address is blocked is said at the start, and not when the first alert does not arrive. */
async function warnIfBlocked(url: string, http: HttpClient, log: Log): Promise<void> {
  await http
    .checkDestination(url)
    .catch(({ message }: Error) => log.warn({}, `No alert will arrive. ${message}`));
}

function channelSettings({ webhook_url, webhook_secret }: Options) {
  return {
    ...(webhook_url === null ? {} : { url: webhook_url }),
    ...(webhook_secret === null ? {} : { secrets: [webhook_secret] }),
  };
}

interface WatchSurroundings extends Surroundings {
  readonly alerts: Alerts;
  isIngestBehind(): boolean;
}

/** Null where watching is switched off. */
export function openWatch(options: Options, surroundings: WatchSurroundings): Watch | null {
  if (!options.drift) return null;
  return createWatch({
    ...surroundings,
    encoder: createEncoder(options),
    options,
    now: Date.now,
    onVerdict: (verdict, context) => surroundings.alerts.onVerdict(verdict, context),
  });
}
