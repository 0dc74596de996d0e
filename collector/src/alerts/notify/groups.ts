import type { DatabaseSync } from 'node:sqlite';

/** Alerts that are told together, until all of them are over. */
export interface Group {
  readonly group_id: string;
  readonly tenant: string;
  /** Name of the route. */
  readonly route: string;
  /** What the alerts have in common, as JSON of an object. */
  readonly labels: string;
  /** When to look at it again; null while there is nothing to tell. */
  readonly due_ms: number | null;
  /** When it was told last; null before the first time. */
  readonly told_ms: number | null;
  /** How many times it was told. */
  readonly told_count: number;
}

export interface Member {
  readonly alert_id: string;
  /** The state that was told last; null before the first time. */
  readonly told: 'firing' | null;
}

/** Groups and their alerts. Writes belong into a transaction of the caller. */
export interface Groups {
  /** The group of that key, where there is one that is not over. */
  find(group_key: string): Group | null;
  create(group_key: string, group: Group): void;
  update(group: Group): void;
  remove(group_id: string): void;
  addMember(group_id: string, alert_id: string): void;
  setTold(group_id: string, alert_id: string): void;
  removeMember(group_id: string, alert_id: string): void;
  members(group_id: string): Member[];
  groupsOf(alert_id: string): Group[];
  due(now_ms: number): Group[];
  /** When the next group is due; null when none is. */
  nextDue(): number | null;
}

export function openGroups(database: DatabaseSync): Groups {
  database.exec(tables);
  const statements = prepare(database);
  const groupOf = (row: Record<string, unknown>) => ({ ...row }) as unknown as Group;
  return {
    find: (group_key) => {
      const row = statements.find.get({ group_key });
      return row === undefined ? null : groupOf(row);
    },
    create: (group_key, group) => statements.create.run({ group_key, ...group }),
    update: ({ group_id, due_ms, told_ms, told_count }) =>
      statements.update.run({ group_id, due_ms, told_ms, told_count }),
    remove: (group_id) => statements.remove.run({ group_id }),
    addMember: (group_id, alert_id) => statements.add_member.run({ group_id, alert_id }),
    setTold: (group_id, alert_id) => statements.set_told.run({ group_id, alert_id }),
    removeMember: (group_id, alert_id) => statements.remove_member.run({ group_id, alert_id }),
    members: (group_id) =>
      statements.members.all({ group_id }).map((row) => ({ ...row }) as unknown as Member),
    groupsOf: (alert_id) => statements.groups_of.all({ alert_id }).map(groupOf),
    due: (now_ms) => statements.due.all({ now_ms }).map(groupOf),
    nextDue: () => {
      const due_ms = statements.next_due.get()?.['due_ms'];
      return typeof due_ms === 'number' ? due_ms : null;
    },
  };
}

const tables = `
  CREATE TABLE IF NOT EXISTS alert_groups (
    group_id TEXT PRIMARY KEY,
    group_key TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    route TEXT NOT NULL,
    labels TEXT NOT NULL,
    due_ms INTEGER,
    told_ms INTEGER,
    told_count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_groups_due ON alert_groups (due_ms);
  CREATE TABLE IF NOT EXISTS alert_members (
    group_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    told TEXT,
    PRIMARY KEY (group_id, alert_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS alert_members_alert ON alert_members (alert_id);
`;

const columns = 'group_id, tenant, route, labels, due_ms, told_ms, told_count';

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare(`SELECT ${columns} FROM alert_groups WHERE group_key = $group_key`),
    create: database.prepare(`
      INSERT INTO alert_groups (group_key, ${columns})
      VALUES ($group_key, $group_id, $tenant, $route, $labels, $due_ms, $told_ms, $told_count)`),
    update: database.prepare(`
      UPDATE alert_groups SET due_ms = $due_ms, told_ms = $told_ms, told_count = $told_count
      WHERE group_id = $group_id`),
    remove: database.prepare('DELETE FROM alert_groups WHERE group_id = $group_id'),
    add_member: database.prepare(
      'INSERT OR IGNORE INTO alert_members (group_id, alert_id) VALUES ($group_id, $alert_id)',
    ),
    set_told: database.prepare(
      "UPDATE alert_members SET told = 'firing' WHERE group_id = $group_id AND alert_id = $alert_id",
    ),
    remove_member: database.prepare(
      'DELETE FROM alert_members WHERE group_id = $group_id AND alert_id = $alert_id',
    ),
    members: database.prepare(
      'SELECT alert_id, told FROM alert_members WHERE group_id = $group_id ORDER BY alert_id',
    ),
    groups_of: database.prepare(`
      SELECT ${columns} FROM alert_groups WHERE group_id IN (
        SELECT group_id FROM alert_members WHERE alert_id = $alert_id)`),
    due: database.prepare(`SELECT ${columns} FROM alert_groups WHERE due_ms <= $now_ms ORDER BY due_ms`),
    next_due: database.prepare('SELECT min(due_ms) AS due_ms FROM alert_groups'),
  };
}
