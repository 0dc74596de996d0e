import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../../sqlite-transaction.ts';
import { type AlertRecord, labelsOf } from '../alert.ts';
import type { Control } from '../control.ts';
import { type Group, openGroups } from './groups.ts';
import { type Inhibitions, openInhibitions } from './inhibit.ts';
import { type Look, lookAt } from './look.ts';
import type { Labels } from './matcher.ts';
import { createMuteOf, type MuteOf, type MuteSettings } from './mute.ts';
import { createRouter, type Route } from './route.ts';
import type { Silences } from './silences.ts';

/** A muted alert is looked at again so often: nobody announces that a silence has ended. */
const MUTED_PAUSE_MS = 30_000;

/**
 * Decides who is told of which alerts, and when:
 *
 *     change ─▶ route ─▶ group ─wait─▶ without those that are muted ─▶ outbox
 *                          ▲                                            │
 *                          └── after group_interval, repeat_interval ◀──┘
 *
 * Everything it knows is in the control database, so that a restart tells nobody twice. Its calls belong into a
 * transaction of the caller, together with the change they follow from.
 */
export interface Dispatch {
  /** Takes an alert that has just fired or is over. */
  changed(tenant: string, alert: AlertRecord, now_ms: number): void;
  /** Tells of an alert before its end is noted, where it still waits to be told with others. */
  ends(alert_id: string, now_ms: number): void;
  /** Takes an alert that somebody has acknowledged. */
  acknowledged(alert: AlertRecord, now_ms: number): void;
  /** Tells the groups that are due. */
  run(now_ms: number): void;
  /** When the next group is due; null when none is. */
  nextDue(): number | null;
  /** Why nobody is told of the alert for now; null where nothing stands against it. */
  readonly muteOf: MuteOf;
  /** Has other rules from now on. Groups keep their alerts. */
  configure(settings: DispatchSettings): void;
}

export interface DispatchSettings extends MuteSettings {
  readonly routes: readonly Route[];
}

/** A notification before it has words. */
export interface Telling {
  readonly group: Group;
  readonly channels: readonly string[];
  /** Whether alerts are told one by one. */
  readonly is_single: boolean;
  readonly state: 'firing' | 'resolved';
  /** Those that fire first, then those that are over. */
  readonly alerts: readonly AlertRecord[];
  readonly is_repeat: boolean;
  /** Whether it says no more than that somebody takes care of what was told. */
  readonly is_acknowledgement: boolean;
}

interface DispatchParts {
  readonly database: DatabaseSync;
  readonly control: Pick<Control, 'alert' | 'allFiring'>;
  readonly silences: Pick<Silences, 'find'>;
  readonly settings: DispatchSettings;
  /** Part of the transaction. */
  readonly tell: (telling: Telling, now_ms: number) => void;
}

export function createDispatch({ database, control, silences, settings, tell }: DispatchParts): Dispatch {
  const groups = openGroups(database);
  const inhibitions = openInhibitions(database);
  let rules = prepare(settings, { database, control, silences, inhibitions });

  function changed(tenant: string, alert: AlertRecord, now_ms: number): void {
    inhibitions.note(tenant, alert);
    if (alert.state === 'firing') enter(tenant, alert, now_ms);
    for (const group of groups.groupsOf(alert.alert_id)) {
      const { group_wait_ms, group_interval_ms } = routeOf(group);
      const told_ms = Math.min(group.told_ms ?? 0, now_ms);
      const wait_ms = group.told_ms === null ? now_ms : told_ms + group_interval_ms;
      const change_ms = Math.max(now_ms + group_wait_ms, wait_ms);
      const due_ms = Math.min(group.due_ms ?? Number.POSITIVE_INFINITY, change_ms);
      // A new group waits for others; that it is due was set when it was made.
      if (group.told_ms !== null || group.due_ms === null) groups.update({ ...group, due_ms });
    }
  }

  function enter(tenant: string, alert: AlertRecord, now_ms: number): void {
    const all_labels = labelsOf(tenant, alert);
    const route = rules.route(all_labels);
    if (route === null) return;
    const { labels, group_key } = groupOf(route, all_labels, alert);
    let group = groups.find(group_key);
    if (group === null) {
      // The first alert gives the group its id: alone in it, it is told as itself.
      const group_id = alert.alert_id;
      const due_ms = now_ms + route.group_wait_ms;
      group = { group_id, tenant, route: route.name, labels, due_ms, told_ms: null, told_count: 0 };
      groups.create(group_key, group);
    }
    groups.addMember(group.group_id, alert.alert_id);
  }

  /** Tells of groups of which nobody has to take anything any more. */
  function acknowledged({ alert_id }: AlertRecord, now_ms: number): void {
    for (const group of groups.groupsOf(alert_id)) {
      const { channels, group_by } = routeOf(group);
      const { firing: alerts, is_new, is_waiting } = look(group, now_ms);
      if (group.told_ms === null || alerts.length === 0 || is_new || is_waiting) continue;
      const telling = { group, channels, is_single: group_by === null, alerts, is_repeat: false };
      tell({ ...telling, state: 'firing', is_acknowledgement: true }, now_ms);
    }
  }

  function ends(alert_id: string, now_ms: number): void {
    for (const group of groups.groupsOf(alert_id)) if (group.told_ms === null) flush(group, now_ms);
  }

  function run(now_ms: number): void {
    for (const group of groups.due(now_ms)) flush(group, now_ms);
  }

  function flush(group: Group, now_ms: number): void {
    const route = routeOf(group);
    const found = look(group, now_ms);
    for (const alert_id of found.gone) groups.removeMember(group.group_id, alert_id);
    const alerts = [...found.firing, ...found.resolved];
    const is_change = found.is_new || found.resolved.length > 0;
    const is_repeat = !is_change && found.is_waiting && isRepeatDue(group, route, now_ms);
    let next = group;
    if (alerts.length > 0 && (is_change || is_repeat)) {
      const state = found.firing.length > 0 ? 'firing' : 'resolved';
      next = { ...group, told_ms: now_ms, told_count: group.told_count + 1 };
      const is_single = route.group_by === null;
      const telling = { group: next, channels: route.channels, is_single, state, alerts, is_repeat } as const;
      tell({ ...telling, is_acknowledgement: false }, now_ms);
      for (const { alert_id } of found.firing) groups.setTold(group.group_id, alert_id);
      for (const { alert_id } of found.resolved) groups.removeMember(group.group_id, alert_id);
    }
    if (found.firing.length + found.muted === 0) groups.remove(group.group_id);
    else groups.update({ ...next, due_ms: dueAgain(next, route, { ...found, now_ms }) });
  }

  function look(group: Group, now_ms: number): Look {
    return lookAt(group, { groups, control, muteOf: rules.muteOf, now_ms });
  }

  /** A group whose route is gone is told by the route its alerts would take now, else to nobody. */
  function routeOf({ route, tenant, labels }: Group): Route {
    const common = JSON.parse(labels) as Labels;
    return rules.by_name.get(route) ?? rules.route({ ...common, tenant }) ?? nobody;
  }

  return {
    changed,
    ends,
    acknowledged,
    run,
    nextDue: groups.nextDue,
    muteOf: (tenant, alert, now_ms) => rules.muteOf(tenant, alert, now_ms),
    configure(changed_settings) {
      rules = prepare(changed_settings, { database, control, silences, inhibitions });
    },
  };
}

const nobody: Route = {
  ...{ name: '', matchers: [], channels: [], group_by: null },
  ...{ group_wait_ms: 0, group_interval_ms: 0, repeat_interval_ms: 0 },
};

interface PrepareParts extends Pick<DispatchParts, 'database' | 'control' | 'silences'> {
  readonly inhibitions: Inhibitions;
}

function prepare(settings: DispatchSettings, { database, control, silences, inhibitions }: PrepareParts) {
  const { routes, maintenances } = settings;
  transaction(database, () => inhibitions.configure(settings.inhibitions, control.allFiring()));
  return {
    route: createRouter(routes),
    by_name: new Map(routes.map((route) => [route.name, route])),
    muteOf: createMuteOf({ silences, inhibitions, maintenances }),
  };
}

function groupOf({ name, group_by }: Route, labels: Labels, { alert_id }: AlertRecord) {
  const names = group_by ?? Object.keys(labels);
  const common = JSON.stringify(Object.fromEntries(names.map((label) => [label, labels[label] ?? ''])));
  const key = group_by === null ? alert_id : common;
  // Alerts of different tenants are never told together.
  return { labels: common, group_key: JSON.stringify([labels['tenant'], name, key]) };
}

function isRepeatDue({ told_ms }: Group, { repeat_interval_ms }: Route, now_ms: number): boolean {
  return repeat_interval_ms > 0 && told_ms !== null && now_ms >= told_ms + repeat_interval_ms;
}

interface Left {
  readonly muted: number;
  readonly is_waiting: boolean;
  readonly now_ms: number;
}

function dueAgain({ told_ms }: Group, { repeat_interval_ms }: Route, { muted, is_waiting, now_ms }: Left) {
  const times: number[] = [];
  if (muted > 0) times.push(now_ms + MUTED_PAUSE_MS);
  if (is_waiting && repeat_interval_ms > 0 && told_ms !== null)
    times.push(Math.max(now_ms, told_ms) + repeat_interval_ms);
  return times.length === 0 ? null : Math.min(...times);
}
