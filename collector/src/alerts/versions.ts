import type { Log } from '../log.ts';
import type { Store } from '../stores/store.ts';
import type { Labels } from './notify/matcher.ts';

/** Traffic of so long before an alert is taken for good. */
const GOOD_US = 7 * 86_400_000_000;

interface VersionsParts {
  readonly store: Pick<Store, 'query'>;
  readonly timeout_ms: number;
  readonly log: Log;
}

/**
 * Makes a function that gives the version of every prompt, chain, tool, adapter, agent and deployment as it was
 * before a time, by "kind:name": what a rollback goes back to. Null where no version is known. It never rejects: a
 * page without versions is better than none.
 */
export function createVersionsBefore({ store, timeout_ms, log }: VersionsParts) {
  return async (tenant: string, time_us: number): Promise<Labels | null> => {
    try {
      const range = { from_us: time_us - GOOD_US, to_us: time_us };
      const rows = await store.query(
        'alert_versions',
        { tenant, ...range },
        { signal: AbortSignal.timeout(timeout_ms) },
      );
      const versions = rows.map(({ kind, name, version }) => [`${kind}:${name}`, String(version)]);
      return versions.length === 0 ? null : Object.fromEntries(versions);
    } catch (error) {
      log.warn({ error }, 'The last good versions could not be found.');
      return null;
    }
  };
}
