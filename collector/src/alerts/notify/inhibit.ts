import type { DatabaseSync } from 'node:sqlite';
import { type AlertRecord, labelsOf } from '../alert.ts';
import type { TenantAlert } from '../control.ts';
import { createMatch, type Labels, type Matcher } from './matcher.ts';

/** While an alert that matches the source fires, alerts that match the target are kept but not told. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /** Labels that must be equal on both. */
  readonly equal: readonly string[];
}

/**
 * Which alert inhibits another. As in Alertmanager, an alert does not inhibit itself, and one that matches both sides
 * is not inhibited by another that does.
 *
 * Sources that fire are kept in a table by the values of the labels that must be equal, so that a question costs one
 * look-up for each inhibition, however many alerts fire. The table changes in the transaction in which an alert does.
 */
export interface Inhibitions {
  /** Takes an alert that has just fired or is over, as part of a transaction of the caller. */
  note(tenant: string, alert: AlertRecord): void;
  /** The alert that inhibits this one; null for none. */
  sourceOf(tenant: string, alert: AlertRecord): string | null;
  /** Follows other inhibitions from now on. */
  configure(list: readonly Inhibition[], firing: readonly TenantAlert[]): void;
}

export function openInhibitions(database: DatabaseSync): Inhibitions {
  database.exec(table);
  const statements = prepare(database);
  let rules: readonly Prepared[] = [];

  function note(tenant: string, alert: AlertRecord): void {
    const { alert_id, state } = alert;
    statements.remove.run({ alert_id });
    if (state !== 'firing') return;
    const labels = labelsOf(tenant, alert);
    for (const { keyOf, isSource, isTarget } of rules) {
      if (!isSource(labels)) continue;
      statements.add.run({ key: keyOf(labels), alert_id, is_target: isTarget(labels) ? 1 : 0 });
    }
  }

  function sourceOf(tenant: string, alert: AlertRecord): string | null {
    const { alert_id } = alert;
    const labels = labelsOf(tenant, alert);
    for (const { keyOf, isSource, isTarget } of rules) {
      if (!isTarget(labels)) continue;
      const target_max = isSource(labels) ? 0 : 1;
      const row = statements.find.get({ key: keyOf(labels), alert_id, target_max });
      if (row !== undefined) return String(row['alert_id']);
    }
    return null;
  }

  return {
    note,
    sourceOf,
    configure(list, firing) {
      rules = list.map(prepared);
      statements.clear.run();
      for (const { tenant, alert } of firing) note(tenant, alert);
    },
  };
}

interface Prepared {
  readonly isSource: (labels: Labels) => boolean;
  readonly isTarget: (labels: Labels) => boolean;
  /** What alerts must have in common to inhibit each other: the inhibition, the tenant, the equal labels. */
  readonly keyOf: (labels: Labels) => string;
}

function prepared({ source, target, equal }: Inhibition, index: number): Prepared {
  const names = ['tenant', ...equal];
  return {
    isSource: createMatch(source),
    isTarget: createMatch(target),
    keyOf: (labels) => JSON.stringify([index, ...names.map((name) => labels[name] ?? '')]),
  };
}

const table = `
  CREATE TABLE IF NOT EXISTS alert_sources (
    key TEXT NOT NULL,
    is_target INTEGER NOT NULL,
    alert_id TEXT NOT NULL,
    PRIMARY KEY (key, is_target, alert_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS alert_sources_alert ON alert_sources (alert_id);
`;

function prepare(database: DatabaseSync) {
  return {
    add: database.prepare('INSERT INTO alert_sources VALUES ($key, $is_target, $alert_id)'),
    remove: database.prepare('DELETE FROM alert_sources WHERE alert_id = $alert_id'),
    clear: database.prepare('DELETE FROM alert_sources'),
    find: database.prepare(`
      SELECT alert_id FROM alert_sources
      WHERE key = $key AND is_target <= $target_max AND alert_id <> $alert_id LIMIT 1`),
  };
}
