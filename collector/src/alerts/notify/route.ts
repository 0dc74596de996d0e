import { createMatch, type Labels, type Matcher } from './matcher.ts';

/** Where alerts go, and how patiently they are told. The first route that matches takes an alert. */
export interface Route {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** Names of channels. */
  readonly channels: readonly string[];
  /** Labels whose values make a group; null tells every alert by itself. */
  readonly group_by: readonly string[] | null;
  /** How long the first alert of a group waits for others. */
  readonly group_wait_ms: number;
  /** Shortest time between two notifications of a group. */
  readonly group_interval_ms: number;
  /** After this time a group that still fires is told again; 0 never does. */
  readonly repeat_interval_ms: number;
}

/** Every alert by itself, at once, to every channel, and never again: what holds where no file says otherwise. */
export function defaultRoute(channels: readonly string[]): Route {
  return {
    ...{ name: 'default', matchers: [], channels, group_by: null },
    ...{ group_wait_ms: 0, group_interval_ms: 0, repeat_interval_ms: 0 },
  };
}

/** Makes a function that finds the route of an alert; null where none wants it. */
export function createRouter(routes: readonly Route[]): (labels: Labels) => Route | null {
  const matching = routes.map((route) => ({ route, matches: createMatch(route.matchers) }));
  return (labels) => matching.find(({ matches }) => matches(labels))?.route ?? null;
}
