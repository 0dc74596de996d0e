import { SextantError } from '../../errors.ts';
import { checkModule, isModulePath } from '../../load-module.ts';
import type { HttpClient } from '../http.ts';
import { alertmanager } from './alertmanager.ts';
import { alertmanagerWebhook } from './alertmanager-webhook.ts';
import type { Channel, ChannelFactory, ChannelSettings } from './channel.ts';
import { cloudevents } from './cloudevents.ts';
import { loadChannel } from './load.ts';
import { pagerduty } from './pagerduty.ts';
import { pubsub } from './pubsub.ts';
import { rollback } from './rollback.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

/** Every channel that comes with Sextant. A new one is a file in this folder and a line here. */
export const channels: Readonly<Record<string, ChannelFactory>> = {
  webhook,
  alertmanager,
  'alertmanager-webhook': alertmanagerWebhook,
  pagerduty,
  slack,
  teams,
  cloudevents,
  pubsub: (settings, http) => pubsub(settings, http),
  rollback,
};

/**
 * Makes a channel.
 * @param kind a name of the list above, or the path of a module of one's own, such as "./pager.js"
 * @throws SextantError bad_request for an unknown kind, a module that does not load, or bad settings; destination_blocked
 */
export async function createChannel(
  kind: string,
  settings: ChannelSettings,
  http: HttpClient,
): Promise<Channel> {
  if (isModulePath(kind)) return loadChannel(kind, settings, http);
  return channelOf(kind)(settings, http);
}

/**
 * Says without making anything whether there is such a channel.
 * @throws SextantError bad_request
 */
export function checkChannel(kind: string): void {
  if (isModulePath(kind)) checkModule(kind);
  else channelOf(kind);
}

function channelOf(kind: string): ChannelFactory {
  const factory = Object.hasOwn(channels, kind) ? channels[kind] : undefined;
  if (factory !== undefined) return factory;
  const known = Object.keys(channels).join(', ');
  throw new SextantError(
    'bad_request',
    `There is no channel "${kind}"; there are: ${known}, or the path of a module.`,
  );
}
