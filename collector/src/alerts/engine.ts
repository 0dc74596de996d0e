import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Store } from '../stores/store.ts';
import type { Alert, AlertRecord, VerdictContext } from './alert.ts';
import type { Channel, Notification, Outcome } from './channels/channel.ts';
import { type AlertQuery, type ControlLimits, createControl, type KeyState } from './control.ts';
import { createJudge } from './judge.ts';
import { createDispatch, type DispatchSettings } from './notify/dispatch.ts';
import { plainNotification } from './notify/plain.ts';
import { defaultRoute } from './notify/route.ts';
import { createSilences, type Silences } from './notify/silences.ts';
import { notificationOf } from './notify/telling.ts';
import {
  attempt,
  attempt_timeout_ms,
  createOutbox,
  type Outbox,
  type OutboxCounts,
  type OutboxSettings,
} from './outbox.ts';
import { createRuleBook, type RuleBook } from './rules/rule-book.ts';
import { empty_rule_file, type RuleFile } from './rules/rule-file.ts';
import type { Policy } from './state.ts';
import { createUnwritten } from './unwritten.ts';
import { findingOf, type JudgedFinding, verdictFindings } from './verdict-finding.ts';

/**
 * From verdicts and rules to pages:
 *
 *     verdict ──────┬─▶ finding ─▶ state machine ─▶ one SQLite transaction ─┬─▶ state, alert
 *     rule ─▶ query ┘                                                       ├─▶ group ─▶ outbox ─▶ channels
 *                                                                           └─▶ unwritten ─▶ table alerts
 */
export interface Alerts {
  /**
   * Judges one window. When it resolves, what follows from the verdict is durable; a window that was handed
   * before changes nothing. Rejects when the control database cannot be written, and may then be repeated.
   */
  onVerdict(verdict: Verdict, context: VerdictContext): Promise<void>;
  list(query: AlertQuery): Alert[];
  /** @throws SextantError not_found */
  get(tenant: string, alert_id: string): Alert;
  /** Keys that are pending, firing, without data or in error. */
  states(tenant: string, limit: number): KeyState[];
  /** Says that somebody takes care of an alert: it is not repeated. @throws SextantError not_found */
  acknowledge(tenant: string, alert_id: string, by: string): Alert;
  readonly silences: Silences;
  readonly rules: RuleBook;
  readonly deliveries: Pick<Outbox, 'log' | 'replay'>;
  readonly channels: readonly Channel[];
  start(): void;
  stop(): Promise<void>;
  /**
   * Sends a test notification, one attempt past the outbox, and says what came of it.
   * @throws SextantError not_found when there is no such channel
   */
  test(channel_name: string): Promise<Outcome>;
  /** Tells every group and makes every attempt that is due at `now_ms`. */
  deliverDue(now_ms: number): Promise<void>;
  counts(): AlertCounts;
}

interface AlertCounts {
  readonly outbox: OutboxCounts;
  readonly unwritten: { readonly waiting: number; readonly dropped: number };
}

export interface AlertsSettings {
  readonly store: Pick<Store, 'insert'>;
  /** Where state, outbox and alerts are kept; tables are created. Its owner closes it, after `stop`. */
  readonly control: DatabaseSync;
  readonly channels: readonly Channel[];
  /** What the rules file says; without one, every verdict that drifted goes to every channel. */
  readonly rule_file?: RuleFile;
  readonly options: AlertOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

type Windows = Pick<Policy, 'for_windows' | 'keep_windows'>;

export interface AlertOptions extends Partial<Windows>, Partial<ControlLimits> {
  /** Address of the collector's own page. */
  readonly public_url: string;
  readonly outbox?: Pick<
    OutboxSettings,
    'schedule_ms' | 'timeout_ms' | 'stop_timeout_ms' | 'rows_max' | 'random'
  >;
}

/** Groups that wait are looked at so often. */
const TICK_MS = 1_000;

/** @throws SextantError bad_request when two channels have one name */
export function createAlerts(settings: AlertsSettings): Alerts {
  const { store, control: database, channels, rule_file = empty_rule_file, options, now, log } = settings;
  const by_name = new Map(channels.map((channel) => [channel.name, channel]));
  if (by_name.size < channels.length)
    throw new SextantError('bad_request', 'Two channels have the same name.');
  const { states_max = 100_000, alerts_max = 10_000 } = options;
  const page_url = options.public_url.replace(/\/+$/, '');
  const control = createControl(database, { states_max, alerts_max });
  const outbox = createOutbox({ ...options.outbox, database, channels, now, log });
  const unwritten = createUnwritten({ database, store, log });
  const silences = createSilences(database);
  const rules = createRuleBook({ database, file_rules: rule_file.rules, log });
  const dispatch = createDispatch({
    ...{ database, control, silences },
    settings: dispatchSettings(rule_file, [...by_name.keys()]),
    tell: (telling, now_ms) => outbox.insert(notificationOf(telling, page_url, now_ms), telling.channels),
  });
  const judge = createJudge({
    database,
    control,
    dispatch,
    unwritten,
    now,
    versionsBefore: async () => null,
  });
  let timer: NodeJS.Timeout | undefined;

  async function onVerdict(verdict: Verdict, context: VerdictContext): Promise<void> {
    for (const { finding, policy } of judged(verdict, context)) {
      if (!(await judge.observe(finding, policy))) continue;
      outbox.wake();
      await unwritten.flush();
    }
  }

  function judged(verdict: Verdict, context: VerdictContext): JudgedFinding[] {
    const findings = verdictFindings(verdict, context, rules.verdictRules());
    if (!rules.hasDefault()) return findings;
    const { for_windows = 1, keep_windows = 1 } = options;
    const policy = { for_windows, keep_windows, for_us: 0, keep_us: 0, shows_no_data: false };
    return [{ finding: findingOf(verdict, context, plainly_told), policy }, ...findings];
  }

  function tick(now_ms: number): void {
    try {
      const due_ms = dispatch.nextDue();
      if (due_ms === null || due_ms > now_ms) return;
      transaction(database, () => dispatch.run(now_ms));
      outbox.wake();
    } catch (error) {
      log.error({ error }, 'Alerts that are due could not be told yet.');
    }
  }

  function shown(tenant: string, alert: AlertRecord): Alert {
    const mute = alert.state === 'firing' ? dispatch.muteOf(tenant, alert, now()) : null;
    return { ...alert, mute, notifications: outbox.deliveries(alert.alert_id) };
  }

  function get(tenant: string, alert_id: string): Alert {
    const found = control.alert(alert_id);
    if (found?.tenant !== tenant) throw new SextantError('not_found', `There is no alert ${alert_id}.`);
    return shown(tenant, found.alert);
  }

  function acknowledge(tenant: string, alert_id: string, by: string): Alert {
    const { mute, notifications, ...alert } = get(tenant, alert_id);
    const acknowledged = { by, time: new Date(now()).toISOString() };
    transaction(database, () => control.saveAlert(tenant, { ...alert, acknowledged }));
    return get(tenant, alert_id);
  }

  async function test(channel_name: string): Promise<Outcome> {
    const channel = by_name.get(channel_name);
    if (channel === undefined) throw new SextantError('not_found', `There is no channel "${channel_name}".`);
    const timeout_ms = options.outbox?.timeout_ms ?? attempt_timeout_ms;
    return attempt(channel, testNotification(page_url, now()), timeout_ms);
  }

  return {
    onVerdict,
    list: (query) => control.list(query).map((alert) => shown(query.tenant, alert)),
    get,
    states: control.unquiet,
    acknowledge,
    ...{ silences, rules, deliveries: outbox, channels },
    start() {
      outbox.start();
      unwritten.start();
      timer = setInterval(() => tick(now()), TICK_MS);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all([outbox.stop(), unwritten.stop()]);
    },
    test,
    async deliverDue(now_ms) {
      tick(now_ms);
      await outbox.deliverDue(now_ms);
    },
    counts: () => ({ outbox: outbox.counts(), unwritten: unwritten.counts() }),
  };
}

const plainly_told = { severity: 'warning', labels: {}, annotations: {}, runbook_url: null } as const;

function dispatchSettings(file: RuleFile, channel_names: readonly string[]): DispatchSettings {
  const { routes, inhibitions, maintenances } = file;
  return { routes: routes ?? [defaultRoute(channel_names)], inhibitions, maintenances };
}

function testNotification(public_url: string, now_ms: number): Notification {
  return plainNotification({
    type: 'alert.test',
    rule: 'test',
    id: `test_${now_ms}`,
    summary: 'This is a test: notifications from Sextant reach this channel.',
    ...{ public_url, now_ms },
  });
}
