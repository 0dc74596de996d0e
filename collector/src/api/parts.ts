import type { Audit } from '../access/audit.ts';
import type { Alerts } from '../alerts/engine.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
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
  /** Where every act that changes something is written down before it is answered. */
  readonly audit: Audit;
  readonly lifecycle: Pick<Lifecycle, 'erasures' | 'backups' | 'copiesLeft'>;
  readonly sql_rows_max: number;
  readonly sql_timeout_ms: number;
  stats(): Promise<StoreStats>;
  now_ms(): number;
  readonly log: Log;
}
