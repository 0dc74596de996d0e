import type { Alerts } from '../alerts/engine.ts';
import type { Log } from '../log.ts';
import type { StoreStats } from '../receive/stats.ts';
import type { Store } from '../stores/store.ts';
import type { Detect } from '../watch/detect.ts';
import type { Watch } from '../watch/watch.ts';

/** What the routes of the API need. */
export interface ApiParts {
  readonly store: Store;
  /** Null where watching is switched off. */
  readonly watch: Watch | null;
  readonly detect: Detect;
  readonly alerts: Alerts;
  readonly sql_rows_max: number;
  readonly sql_timeout_ms: number;
  stats(): Promise<StoreStats>;
  now_ms(): number;
  readonly log: Log;
}

/** There is one tenant until keys carry theirs. */
export const tenant = 'default';
