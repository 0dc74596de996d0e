import type { Notification } from '../../../collector/src/alerts/channels/channel.ts';
import { createAlerts } from '../../../collector/src/alerts/engine.ts';
import { parseRuleFile } from '../../../collector/src/alerts/rules/parse-file.ts';
import type { Store } from '../../../collector/src/stores/store.ts';
import { bare, modelCall, noon_us, recordAt } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';
import { openStore } from '../watch/support/stores.ts';

const MINUTE_MS = 60_000;
const noon_ms = noon_us / 1000;

type Fields = Parameters<typeof modelCall>[1];

interface More {
  readonly store?: Partial<Store>;
  /** What the rules file says beside its rules. */
  readonly file?: object;
  /** Where it stands. */
  readonly rule_path?: string;
}

/** The engine on the real store, with a clock of its own. */
export async function openRounds(rules: readonly object[], more: More = {}) {
  const opened = await openStore();
  const { control } = opened;
  const clock = { now_ms: noon_ms, is_down: false };
  const store = new Proxy(opened.store, {
    get: (target, name: keyof Store) =>
      clock.is_down
        ? () => Promise.reject(new Error('The store is away.'))
        : (more.store?.[name] ?? target[name]),
  });
  const fileOf = (value: object) => {
    const { file, problems } = parseRuleFile(JSON.stringify(value));
    if (file === null) throw new Error(JSON.stringify(problems));
    return file;
  };
  let rule_file = fileOf({ rules, ...more.file });
  let { rule_path } = more;
  const sent: Notification[] = [];
  const log = recordingLog();
  const channel = {
    name: 'recorder',
    send: async (notification: Notification) => {
      sent.push(notification);
      return { result: 'ok' as const };
    },
  };
  const open = () =>
    createAlerts({
      ...(rule_path !== undefined && { rule_path }),
      ...{ store, control, channels: [channel], log },
      rule_file,
      options: { public_url: 'http://page', patience: { group_wait_ms: 0, group_interval_ms: 0 } },
      now: () => clock.now_ms,
    });
  const under = {
    ...{ store: opened.store, control, sent, clock, log },
    alerts: open(),
    restart(changed_file?: object) {
      if (changed_file !== undefined) {
        [rule_file, rule_path] = [fileOf(changed_file), undefined];
      }
      under.alerts = open();
    },
    /** Stores calls that begin at a minute after noon. */
    async send(number: number, minute: number, fields: Fields = {}) {
      const calls = Array.from({ length: number }, () => {
        count += 1;
        const start_time = noon_us + minute * MINUTE_MS * 1000 + count;
        return bare(modelCall(count, { start_time, ...fields }).span);
      });
      await opened.store.append({ records: [recordAt(count, ...calls)] });
    },
    async round(minute: number) {
      clock.now_ms = noon_ms + minute * MINUTE_MS;
      await under.alerts.round(clock.now_ms);
      await under.alerts.deliverDue(clock.now_ms);
    },
    lines: () =>
      sent.map(({ type, alert }) => `${type.slice(6)} ${alert.rule} ${Object.values(alert.slice)[0]}`),
    phases: () => under.alerts.states('default', 100).map(({ rule, state }) => `${rule} ${state.phase}`),
  };
  let count = 0;
  return under;
}
