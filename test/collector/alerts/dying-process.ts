/**
 * Raises one alert and lives until it is killed. Arguments: path of the control database, address of a receiver.
 */
import { DatabaseSync } from 'node:sqlite';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import { createAlerts } from '../../../collector/src/alerts/engine.ts';
import { local_http } from '../../support/local-http.ts';
import { contextOf, drifted } from './verdicts.ts';

const [path = '', url = ''] = process.argv.slice(2);
const alerts = createAlerts({
  store: {
    insert: () => Promise.reject(new Error('The store is away.')),
    query: () => Promise.reject(new Error('The store is away.')),
    sql: () => Promise.reject(new Error('The store is away.')),
  },
  control: new DatabaseSync(path),
  channels: [webhook({ url }, local_http)],
  options: { public_url: 'http://127.0.0.1:4318' },
  now: Date.now,
  log: { info: () => {}, warn: () => {}, error: () => {} },
});
alerts.start();
await alerts.onVerdict(drifted, contextOf(1));
