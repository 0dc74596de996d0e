import { DatabaseSync } from 'node:sqlite';
import { webhook } from '../../../collector/src/alerts/channels/webhook.ts';
import { type Alerts, createAlerts } from '../../../collector/src/alerts/engine.ts';
import { parseRuleFile } from '../../../collector/src/alerts/rules/parse-file.ts';
import type { Row } from '../../../collector/src/stores/store.ts';
import { local_http } from '../../support/local-http.ts';

/** What happens to the alerts at a minute: a round in which the store answers so, and then an act of a person. */
export interface Step {
  readonly minute: number;
  readonly store: 'good' | 'bad' | 'silent' | 'broken';
  readonly act?: 'acknowledge' | 'silence' | 'put rule';
}

export interface ScenarioSettings {
  /** Path of the control database. */
  readonly path: string;
  /** Address of a receiver. */
  readonly url: string;
  /** What the rules file says beside its channel. */
  readonly file: object;
}

const noon_ms = Date.UTC(2026, 10, 21, 12);
const tenant = 'default';
const MINUTE_MS = 60_000;

/** The alerts on a control database, with a clock and a store of their own: a process may die between two steps. */
export function openScenario({ path, url, file }: ScenarioSettings) {
  const control = new DatabaseSync(path);
  const { file: rule_file, problems } = parseRuleFile(JSON.stringify(file));
  if (rule_file === null) throw new Error(JSON.stringify(problems));
  let [now_ms, answer] = [noon_ms, 'good' as Step['store']];
  const store = {
    insert: async () => {},
    query: (name: string) => answerOf(name, answer),
    sql: () => Promise.reject(new Error('No rule has a statement.')),
  };
  const alerts = createAlerts({
    ...{ store, control, rule_file, channels: [webhook({ url }, local_http)], now: () => now_ms },
    options: { public_url: 'http://page', patience: { group_wait_ms: 0, group_interval_ms: 0 } },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  return {
    alerts,
    async run(steps: readonly Step[]) {
      for (const step of steps) {
        [now_ms, answer] = [noon_ms + step.minute * MINUTE_MS, step.store];
        await alerts.round(now_ms);
        await alerts.deliverDue(now_ms);
        if (step.act !== undefined) acts[step.act](alerts, now_ms);
      }
    },
    phases: () => alerts.states(tenant, 10).map(({ rule, state }) => `${rule} ${state.phase}`),
    close: () => control.close(),
  };
}

const answers = {
  good: [{ requests: 10, errors: 0 }],
  bad: [{ requests: 10, errors: 10 }],
  silent: [{ requests: 0, errors: 0 }],
};

async function answerOf(name: string, answer: Step['store']): Promise<Row[]> {
  if (answer === 'broken') throw new Error('The store is away.');
  return name === 'alert_series' ? answers[answer] : [];
}

const acts = {
  acknowledge(alerts: Alerts) {
    for (const { alert_id } of alerts.list({ tenant, limit: 10 }))
      alerts.acknowledge(tenant, alert_id, 'ada');
  },
  silence(alerts: Alerts, now_ms: number) {
    const matchers = [{ name: 'alertname', value: 'errors', isRegex: false, isEqual: true }];
    const [startsAt, endsAt] = [now_ms, now_ms + 60 * MINUTE_MS].map((ms) => new Date(ms).toISOString());
    const times = { startsAt: startsAt as string, endsAt: endsAt as string };
    alerts.silences.create(tenant, { matchers, ...times, createdBy: 'ada', comment: 'moving' }, now_ms);
  },
  'put rule'(alerts: Alerts) {
    alerts.rules.put(tenant, 'mine', { kind: 'threshold', measure: 'errors', threshold: 5, window: '5m' });
  },
};
