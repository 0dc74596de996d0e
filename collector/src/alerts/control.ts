import type { DatabaseSync } from 'node:sqlite';
import { addColumn } from './add-column.ts';
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
  /** Null where there is none of that id. */
  alert(alert_id: string): TenantAlert | null;
  /** Every alert that fires, of any tenant. */
  allFiring(): TenantAlert[];
  /** Keys of any tenant that are pending, without data or in error. */
  allWaiting(): KeyState[];
  /** Keys of the tenant that are anything but ok, the latest first. */
  unquiet(tenant: string, limit: number): KeyState[];
  /** Keys a rule has been judged for and that are not forgotten. */
  keysOf(tenant: string, rule: string): KeyState[];
  /** Newest first, in the order in which they fired. */
  list(query: AlertQuery): AlertRecord[];
}

export interface TenantAlert {
  readonly tenant: string;
  readonly alert: AlertRecord;
}

export interface KeyState extends AlertKey {
  readonly state: AlertState;
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
  addColumn(database, { table: 'alert_states', column: 'against_us', type: 'INTEGER' });
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
    alert: (alert_id) => {
      const row = statements.alert.get({ alert_id });
      return row === undefined ? null : { tenant: String(row['tenant']), alert: recordOf(row) };
    },
    allFiring: () =>
      statements.all_firing.all().map((row) => ({ tenant: String(row['tenant']), alert: recordOf(row) })),
    allWaiting: () => statements.all_waiting.all().map(keyStateOf),
    unquiet: (tenant, limit) => statements.unquiet.all({ tenant, limit }).map(keyStateOf),
    keysOf: (tenant, rule) => statements.keys_of.all({ tenant, rule }).map(keyStateOf),
    list: ({ tenant, state, limit }) =>
      statements.list.all({ tenant, state: state ?? null, limit }).map(recordOf),
  };
}

/** Alerts of earlier versions say less. */
const unsaid = {
  ...{ severity: 'warning', labels: {}, annotations: {}, runbook_url: null, query: null },
  ...{ last_good_versions: null, acknowledged: null },
} as const;

function recordOf(row: Record<string, unknown>): AlertRecord {
  const record = JSON.parse(String(row['document'])) as AlertRecord;
  return { ...unsaid, ...record, changed: record.changed ?? record.resolved ?? record.since };
}

function keyStateOf(row: Record<string, unknown>): KeyState {
  const { tenant, rule, feature, slice_key, slice_value, ...state } = row as unknown as AlertKey & AlertState;
  return { tenant, rule, feature, slice_key, slice_value, state };
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

const state_columns = 'phase, streak, against_us, since_us, fired_us, last_window_end_us';
const key_columns = 'tenant, rule, feature, slice_key, slice_value';

function prepare(database: DatabaseSync) {
  return {
    state: database.prepare(`
      SELECT ${state_columns} FROM alert_states
      WHERE tenant = $tenant AND rule = $rule AND feature = $feature
        AND slice_key = $slice_key AND slice_value = $slice_value`),
    save_state: database.prepare(`
      INSERT OR REPLACE INTO alert_states (${key_columns}, ${state_columns}) VALUES
        ($tenant, $rule, $feature, $slice_key, $slice_value,
         $phase, $streak, $against_us, $since_us, $fired_us, $last_window_end_us)`),
    count_states: database.prepare('SELECT count(*) AS n FROM alert_states'),
    forget_states: database.prepare(`
      DELETE FROM alert_states WHERE rowid IN (
        SELECT rowid FROM alert_states WHERE phase <> 'firing' ORDER BY last_window_end_us LIMIT $excess)`),
    save_alert: database.prepare(`
      INSERT INTO alert_records (alert_id, tenant, state, document) VALUES ($alert_id, $tenant, $state, $document)
      ON CONFLICT (alert_id) DO UPDATE SET state = excluded.state, document = excluded.document`),
    count_alerts: database.prepare('SELECT count(*) AS n FROM alert_records'),
    forget_alerts: database.prepare(`
      DELETE FROM alert_records WHERE sequence IN (
        SELECT sequence FROM alert_records WHERE state = 'resolved' ORDER BY sequence LIMIT $excess)`),
    alert: database.prepare('SELECT tenant, document FROM alert_records WHERE alert_id = $alert_id'),
    all_firing: database.prepare("SELECT tenant, document FROM alert_records WHERE state = 'firing'"),
    all_waiting: database.prepare(`
      SELECT ${key_columns}, ${state_columns} FROM alert_states WHERE phase NOT IN ('ok', 'firing')`),
    unquiet: database.prepare(`
      SELECT ${key_columns}, ${state_columns} FROM alert_states
      WHERE tenant = $tenant AND phase <> 'ok' ORDER BY last_window_end_us DESC LIMIT $limit`),
    keys_of: database.prepare(`
      SELECT ${key_columns}, ${state_columns} FROM alert_states WHERE tenant = $tenant AND rule = $rule`),
    list: database.prepare(`
      SELECT document FROM alert_records
      WHERE tenant = $tenant AND ($state IS NULL OR state = $state) ORDER BY sequence DESC LIMIT $limit`),
  };
}
