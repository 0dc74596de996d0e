/**
 * Hands the alerts some verdicts and lives until it is killed. Arguments: path of the control database, address of a
 * receiver, and the verdicts, such as "drifted,stable"; without them one that drifted.
 */
import { DatabaseSync } from 'node:sqlite';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import { createAlerts } from '../../../collector/src/alerts/engine.ts';
import { local_http } from '../../support/local-http.ts';
import { contextOf, drifted, stable } from './verdicts.ts';

const [path = '', url = '', verdicts = 'drifted'] = process.argv.slice(2);
const alerts = createAlerts({
  store: {
    insert: () => Promise.reject(new Error('The store is away.')),
    query: () => Promise.reject(new Error('The store is away.')),
    sql: () => Promise.reject(new Error('The store is away.')),
  },
  control: new DatabaseSync(path),
  channels: [webhook({ url }, local_http)],
  options: {
    public_url: 'http://127.0.0.1:4318',
    patience: { group_wait_ms: 0, group_interval_ms: 0 },
    for_windows: verdicts === 'drifted' ? 1 : 2,
    keep_windows: 1,
  },
  now: Date.now,
  log: { info: () => {}, warn: () => {}, error: () => {} },
});
alerts.start();
for (const [index, verdict] of verdicts.split(',').entries())
  await alerts.onVerdict(verdict === 'drifted' ? drifted : stable, contextOf(index + 1));
process.send?.('judged');
