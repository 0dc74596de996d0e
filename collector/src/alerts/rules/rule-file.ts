import type { ChannelSettings } from '../channels/channel.ts';
import type { Inhibition } from '../notify/inhibit.ts';
import type { Maintenance } from '../notify/maintenance.ts';
import type { Route } from '../notify/route.ts';
import type { Rule } from './rule.ts';

/** What the file of SEXTANT_ALERTS says; see docs/alerts.md. */
export interface RuleFile {
  /** Null where the file has none: then every verdict that drifted is an alert. */
  readonly rules: readonly Rule[] | null;
  readonly channels: readonly ChannelDefinition[];
  /** Null where the file has none: then every alert goes to every channel at once. */
  readonly routes: readonly Route[] | null;
  readonly inhibitions: readonly Inhibition[];
  readonly maintenances: readonly Maintenance[];
  readonly heartbeat: Heartbeat | null;
}

/** Kind of a channel that the API makes: the file only knows its name, so that routes can tell it. */
export const made_by_api = 'api';

/** Secrets among the settings are still references: `env:NAME` or `file:path`. */
export interface ChannelDefinition {
  readonly name: string;
  readonly kind: string;
  readonly settings: ChannelSettings;
}

/** A notification that says nothing but that alerts work: whoever misses it knows that they do not. */
export interface Heartbeat {
  readonly channels: readonly string[];
  readonly every_ms: number;
}

export const empty_rule_file: RuleFile = Object.freeze({
  ...{ rules: null, channels: [], routes: null, inhibitions: [], maintenances: [], heartbeat: null },
});
