import { createMatch, type Labels, type Matcher } from './matcher.ts';

/** Where alerts go, and how patiently they are told. The first route that matches takes an alert. */
export interface Route {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** Names of channels. */
  readonly channels: readonly string[];
  /** Labels whose values make a group; null tells every alert by itself. */
  readonly group_by: readonly string[] | null;
  /** How long a change of a group waits for others, so that they are told together. */
  readonly group_wait_ms: number;
  /** Shortest time between two notifications of a group. */
  readonly group_interval_ms: number;
  /** After this time a group that still fires is told again; 0 never does. */
  readonly repeat_interval_ms: number;
}

export type Patience = Pick<Route, 'group_wait_ms' | 'group_interval_ms'>;

/** Slices of one window are judged within seconds of each other; whoever was told of some waits for the rest of them. */
const default_patience: Patience = Object.freeze({ group_wait_ms: 5_000, group_interval_ms: 60_000 });

/**
 * What holds where no file says otherwise: what fires of one rule and feature is told together, whatever the slices,
 * to every channel, and never again.
 */
export function defaultRoute(channels: readonly string[], patience = default_patience): Route {
  const group_by = ['alertname', 'feature'];
  return { name: 'default', matchers: [], channels, group_by, ...patience, repeat_interval_ms: 0 };
}

/** Makes a function that finds the route of an alert; null where none wants it. */
export function createRouter(routes: readonly Route[]): (labels: Labels) => Route | null {
  const matching = routes.map((route) => ({ route, matches: createMatch(route.matchers) }));
  return (labels) => matching.find(({ matches }) => matches(labels))?.route ?? null;
}
