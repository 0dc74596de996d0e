import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Store } from '../stores/store.ts';
import type { Alert, AlertRecord, VerdictContext } from './alert.ts';
import { type ChannelBook, createChannelBook, type ListedChannel } from './channel-book.ts';
import type { Channel, Notification } from './channels/channel.ts';
import { chartOf } from './chart/alert-chart.ts';
import { createClockwork } from './clockwork.ts';
import { type AlertQuery, type ControlLimits, createControl, type KeyState } from './control.ts';
import { createRounds, type RoundStore } from './evaluate/rounds.ts';
import { createHeart } from './heartbeat.ts';
import { createJudge } from './judge.ts';
import { createDispatch, type DispatchSettings, type Telling } from './notify/dispatch.ts';
import { plainNotification } from './notify/plain.ts';
import { defaultRoute, type Patience } from './notify/route.ts';
import { createSilences, type Silences } from './notify/silences.ts';
import { notificationOf, type TellingParts } from './notify/telling.ts';
import {
  attempt,
  attempt_timeout_ms,
  createOutbox,
  type Outbox,
  type OutboxCounts,
  type OutboxSettings,
} from './outbox.ts';
import type { Outcome } from './outcome.ts';
import { createReload } from './reload.ts';
import { createRuleBook, type RuleBook } from './rules/rule-book.ts';
import { empty_rule_file, type RuleFile } from './rules/rule-file.ts';
import { runbookUrl } from './runbook.ts';
import type { Policy } from './state.ts';
import type { StoredChannels } from './stored-channels.ts';
import { createUnwritten } from './unwritten.ts';
import { findingOf, verdictFindings } from './verdict-finding.ts';
import { createVersionsBefore } from './versions.ts';

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
  readonly deliveries: Pick<Outbox, 'log' | 'attempts' | 'replay'>;
  readonly channels: AlertChannels;
  start(): void;
  stop(): Promise<void>;
  /**
   * Sends a test notification, one attempt past the outbox, and says what came of it.
   * @throws SextantError not_found when there is no such channel
   */
  test(channel_name: string): Promise<Outcome>;
  /** What the alert is about over time, as PNG. @throws SextantError not_found */
  chart(tenant: string, alert_id: string): Promise<Buffer>;
  /** Asks every rule, as the clock does. */
  round(now_ms: number): Promise<void>;
  /** Tells every group and makes every attempt that is due at `now_ms`. */
  deliverDue(now_ms: number): Promise<void>;
  counts(): AlertCounts;
}

/** Channels, and which routes tell them. Changes hold at once. */
interface AlertChannels {
  list(): AlertChannel[];
  put(...given: Parameters<ChannelBook['put']>): Promise<AlertChannel>;
  remove: ChannelBook['remove'];
}

interface AlertChannel extends ListedChannel {
  /** Names of the routes that tell it; without any, nobody hears of an alert through it. */
  readonly routes: readonly string[];
}

interface AlertCounts {
  readonly outbox: OutboxCounts;
  readonly unwritten: { readonly waiting: number; readonly dropped: number };
}

export interface AlertsSettings {
  readonly store: Pick<Store, 'insert'> & RoundStore;
  /** Where state, outbox and alerts are kept; tables are created. Its owner closes it, after `stop`. */
  readonly control: DatabaseSync;
  /** Those of the environment and the rules file. */
  readonly channels: readonly Channel[];
  /** Those of the API; without it, the API makes none. */
  readonly stored_channels?: StoredChannels;
  /** What the rules file says; without one, every verdict that drifted goes to every channel. */
  readonly rule_file?: RuleFile;
  /** Where it stands: a file that changes is read again. */
  readonly rule_path?: string;
  readonly options: AlertOptions;
  /** Path of the chart of an alert on the collector's page, where it can be had without a key. */
  readonly chartPath?: TellingParts['chartPath'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

type Windows = Pick<Policy, 'for_windows' | 'keep_windows'>;

export interface AlertOptions extends Partial<Windows>, Partial<ControlLimits> {
  /** Address of the collector's own page. */
  readonly public_url: string;
  /** Pause between two rounds of the rules. */
  readonly interval_ms?: number;
  /** How long changes wait for others where no file says how alerts are told. */
  readonly patience?: Patience;
  /** Longest time one query of a rule may take. */
  readonly timeout_ms?: number;
  readonly outbox?: Pick<
    OutboxSettings,
    'schedule_ms' | 'timeout_ms' | 'stop_timeout_ms' | 'rows_max' | 'random'
  >;
}

/** @throws SextantError bad_request when two configured channels have one name */
export function createAlerts(settings: AlertsSettings): Alerts {
  const { options, now } = settings;
  const book = createChannelBook(settings.channels, settings.stored_channels ?? null);
  const { by_name } = book;
  const page_url = options.public_url.replace(/\/+$/, '');
  const parts = createParts(settings, page_url, by_name);
  const { control, outbox, unwritten, dispatch, rules, judge, clockwork, silences } = parts;

  async function onVerdict(verdict: Verdict, context: VerdictContext): Promise<void> {
    for (const { finding, policy } of judgedVerdict(verdict, context, { rules, options, page_url }))
      if (await judge.observe(finding, policy)) await parts.onChange();
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
    transaction(settings.control, () => {
      control.saveAlert(tenant, { ...alert, acknowledged });
      dispatch.acknowledged({ ...alert, acknowledged }, now());
    });
    outbox.wake();
    return get(tenant, alert_id);
  }

  function chart(tenant: string, alert_id: string): Promise<Buffer> {
    const alert = get(tenant, alert_id);
    const rule = rules.polledRules().find(({ name, tenant: of }) => name === alert.rule && of === tenant);
    const request = { tenant, alert, rule: rule ?? null, now_ms: now() };
    return chartOf(request, settings.store, options.timeout_ms ?? 10_000);
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
    ...{ silences, rules, deliveries: outbox, test, chart },
    channels: alertChannels(book, parts),
    start() {
      outbox.start();
      unwritten.start();
      clockwork.start();
    },
    async stop() {
      await clockwork.stop();
      await Promise.all([outbox.stop(), unwritten.stop()]);
    },
    round: clockwork.round,
    async deliverDue(now_ms) {
      clockwork.tell(now_ms);
      await outbox.deliverDue(now_ms);
    },
    counts: () => ({ outbox: outbox.counts(), unwritten: unwritten.counts() }),
  };
}

/** Everything the engine is made of, put together. */
function createParts(settings: AlertsSettings, page_url: string, by_name: ReadonlyMap<string, Channel>) {
  const { store, control: database, options, now, log } = settings;
  const { rule_file = empty_rule_file, chartPath = pathInApi } = settings;
  const told = { page_url, chartPath };
  const { states_max = 100_000, alerts_max = 10_000, interval_ms = 60_000, timeout_ms = 10_000 } = options;
  const control = createControl(database, { states_max, alerts_max });
  const outbox = createOutbox({ ...options.outbox, database, channels: by_name, now, log });
  const unwritten = createUnwritten({ database, store, log });
  const silences = createSilences(database);
  const rules = createRuleBook({ database, file_rules: rule_file.rules, log });
  const settingsOf = (file: RuleFile) => dispatchSettings(file, [...by_name.keys()], options.patience);
  const dispatch = createDispatch({
    ...{ database, control, silences },
    settings: settingsOf(rule_file),
    tell: (telling, now_ms) =>
      outbox.insert(notificationOf(telling, told, now_ms), namesFor(telling, by_name)),
  });
  const versionsBefore = createVersionsBefore({ store, timeout_ms, log });
  const judge = createJudge({ database, control, dispatch, unwritten, now, versionsBefore });
  const onChange = async () => {
    outbox.wake();
    await unwritten.flush();
  };
  const has_file = settings.rule_path !== undefined;
  const asking = {
    store,
    control,
    judge,
    rules,
    has_file,
    page_url,
    timeout_ms,
    rules_max: RULES_PER_ROUND_MAX,
  };
  const rounds = createRounds({ ...asking, onChange, log });
  const heart = createHeart({ channels: by_name, heartbeat: rule_file.heartbeat, page_url, log });
  let current = rule_file;
  const configure = (file: RuleFile) => {
    current = file;
    rules.setFileRules(file.rules);
    dispatch.configure(settingsOf(file));
    heart.configure(file.heartbeat);
  };
  const reload = createReload({
    path: settings.rule_path ?? null,
    rule_file,
    judge,
    configure,
    onChange,
    log,
  });
  const clockwork = createClockwork({
    ...{ database, dispatch, outbox, rounds, heart, interval_ms, now, log },
    beforeRound: reload.check,
  });
  const routesOf = (name: string) =>
    settingsOf(current)
      .routes.filter((route) => route.channels.includes(name))
      .map((route) => route.name);
  const onChannels = () => {
    dispatch.configure(settingsOf(current));
    outbox.adapt();
  };
  const told_by = { routesOf, onChannels };
  return { control, outbox, unwritten, silences, rules, dispatch, judge, clockwork, onChange, ...told_by };
}

interface ChannelParts {
  routesOf(channel_name: string): string[];
  onChannels(): void;
}

function alertChannels(book: ChannelBook, { routesOf, onChannels }: ChannelParts): AlertChannels {
  const withRoutes = (channel: ListedChannel) => ({ ...channel, routes: routesOf(channel.name) });
  return {
    list: () => book.list().map(withRoutes),
    async put(name, given) {
      const channel = await book.put(name, given);
      onChannels();
      return withRoutes(channel);
    },
    remove(name) {
      book.remove(name);
      onChannels();
    },
  };
}

const RULES_PER_ROUND_MAX = 200;

function namesFor(telling: Telling, by_name: ReadonlyMap<string, Channel>): readonly string[] {
  if (!telling.is_acknowledgement) return telling.channels;
  return telling.channels.filter((name) => by_name.get(name)?.takes_acknowledgements);
}

function pathInApi(_tenant: string, alert_id: string): string {
  return `/api/alerts/${alert_id}/chart.png`;
}

interface VerdictParts {
  readonly rules: RuleBook;
  readonly options: AlertOptions;
  readonly page_url: string;
}

/** What the rules make of a verdict; without a file that names rules, those that speak for a window are judged as well. */
function judgedVerdict(
  verdict: Verdict,
  context: VerdictContext,
  { rules, options, page_url }: VerdictParts,
) {
  const runbook_url = runbookUrl(page_url, 'verdict');
  const findings = verdictFindings(verdict, context, { rules: rules.verdictRules(), runbook_url });
  if (!rules.hasDefault() || context.is_lead === false) return findings;
  const { for_windows = 1, keep_windows = 1 } = options;
  const policy = { for_windows, keep_windows, for_us: 0, keep_us: 0, shows_no_data: false };
  const finding = findingOf(verdict, context, { ...plainly_told, runbook_url });
  return [{ finding, policy }, ...findings];
}

const plainly_told = { severity: 'warning', labels: {}, annotations: {} } as const;

function dispatchSettings(
  file: RuleFile,
  channel_names: readonly string[],
  patience: Patience | undefined,
): DispatchSettings {
  const { routes, inhibitions, maintenances } = file;
  return { routes: routes ?? [defaultRoute(channel_names, patience)], inhibitions, maintenances };
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
