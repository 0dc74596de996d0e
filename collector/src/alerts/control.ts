import type { DatabaseSync } from 'node:sqlite';
import type { AlertKey, AlertRecord } from './alert.ts';
import { type AlertState, initial_state } from './state.ts';

/**
 * What survives a restart: the state of every key that was ever judged, and the alerts that came of them.
 * Writes belong into a transaction of the caller.
 */
export interface Control {
  state(key: AlertKey): AlertState;
  saveState(key: AlertKey, state: AlertState): void;
  saveAlert(tenant: string, alert: AlertRecord): void;
  /** Newest first, in the order in which they fired. */
  list(query: AlertQuery): AlertRecord[];
}

export interface AlertQuery {
  readonly tenant: string;
  readonly state?: 'firing' | 'resolved';
  readonly limit: number;
}

export interface ControlLimits {
  /** Keys kept; the quiet ones that were judged longest ago go first. */
  readonly states_max: number;
  /** Alerts kept; the oldest resolved ones go first. */
  readonly alerts_max: number;
}

export function createControl(database: DatabaseSync, limits: ControlLimits): Control {
  database.exec(tables);
  const statements = prepare(database);

  function saveState(key: AlertKey, state: AlertState): void {
    statements.save_state.run({ ...keyOf(key), ...state });
    const excess = Number(statements.count_states.get()?.['n']) - limits.states_max;
    if (excess > 0) statements.forget_states.run({ excess });
  }

  function saveAlert(tenant: string, alert: AlertRecord): void {
    const { alert_id, state } = alert;
    statements.save_alert.run({ alert_id, tenant, state, document: JSON.stringify(alert) });
    const excess = Number(statements.count_alerts.get()?.['n']) - limits.alerts_max;
    if (excess > 0) statements.forget_alerts.run({ excess });
  }

  return {
    state: (key) => (statements.state.get(keyOf(key)) as AlertState | undefined) ?? initial_state,
    saveState,
    saveAlert,
    list: ({ tenant, state, limit }) =>
      statements.list
        .all({ tenant, state: state ?? null, limit })
        .map((row) => JSON.parse(String(row['document'])) as AlertRecord),
  };
}

function keyOf({ tenant, rule, feature, slice_key, slice_value }: AlertKey) {
  return { tenant, rule, feature, slice_key, slice_value };
}

const tables = `
  CREATE TABLE IF NOT EXISTS alert_states (
    tenant TEXT NOT NULL,
    rule TEXT NOT NULL,
    feature TEXT NOT NULL,
    slice_key TEXT NOT NULL,
    slice_value TEXT NOT NULL,
    phase TEXT NOT NULL,
    streak INTEGER NOT NULL,
    since_us INTEGER,
    fired_us INTEGER,
    last_window_end_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, rule, feature, slice_key, slice_value)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS alert_records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
`;

function prepare(database: DatabaseSync) {
  return {
    state: database.prepare(`
      SELECT phase, streak, since_us, fired_us, last_window_end_us FROM alert_states
      WHERE tenant = $tenant AND rule = $rule AND feature = $feature
        AND slice_key = $slice_key AND slice_value = $slice_value`),
    save_state: database.prepare(`
      INSERT OR REPLACE INTO alert_states VALUES
        ($tenant, $rule, $feature, $slice_key, $slice_value, $phase, $streak, $since_us, $fired_us, $last_window_end_us)`),
    count_states: database.prepare('SELECT count(*) AS n FROM alert_states'),
    forget_states: database.prepare(`
      DELETE FROM alert_states WHERE rowid IN (
        SELECT rowid FROM alert_states WHERE phase = 'ok' ORDER BY last_window_end_us LIMIT $excess)`),
    save_alert: database.prepare(`
      INSERT INTO alert_records (alert_id, tenant, state, document) VALUES ($alert_id, $tenant, $state, $document)
      ON CONFLICT (alert_id) DO UPDATE SET state = excluded.state, document = excluded.document`),
    count_alerts: database.prepare('SELECT count(*) AS n FROM alert_records'),
    forget_alerts: database.prepare(`
      DELETE FROM alert_records WHERE sequence IN (
        SELECT sequence FROM alert_records WHERE state = 'resolved' ORDER BY sequence LIMIT $excess)`),
    list: database.prepare(`
      SELECT document FROM alert_records
      WHERE tenant = $tenant AND ($state IS NULL OR state = $state) ORDER BY sequence DESC LIMIT $limit`),
  };
}
