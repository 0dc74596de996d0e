import { type AlertRecord, notificationAlert } from '../alert.ts';
import type { AlertSummary, Notification } from '../channels/channel.ts';
import { oneLine } from '../text.ts';
import type { Telling } from './dispatch.ts';
import type { Labels } from './matcher.ts';

/** As many as one rule may watch values. */
const ALERTS_MAX = 100;
const SUMMARIES = 3;
const SLICES_UNITS_MAX = 500;

export interface TellingParts {
  /** Address of the page, without a slash at its end. */
  readonly page_url: string;
  /** Path of the chart of an alert, on the page. */
  readonly chartPath: (tenant: string, alert_id: string) => string;
}

/** Puts what is to be told into words: one alert as it is, a group as if it were one alert. */
export function notificationOf(telling: Telling, parts: TellingParts, now_ms: number): Notification {
  const { group, alerts, is_single, is_repeat, is_acknowledgement } = telling;
  const [first] = alerts;
  if (first === undefined) throw new Error('There is nothing to tell.');
  const where = { tenant: group.tenant, ...parts };
  const shown = alerts.slice(0, ALERTS_MAX).map((alert) => notificationAlert(alert, where));
  const what = is_acknowledgement ? 'acknowledged' : telling.state;
  const type = `alert.${what}` as const;
  const now = new Date(now_ms).toISOString();
  const labels = JSON.parse(group.labels) as Labels;
  const told_group = { labels, alerts: shown, truncated: alerts.length - shown.length };
  if (alerts.length === 1 && first.alert_id === group.group_id) {
    return {
      id: `${first.alert_id}_${what}${is_repeat ? `_${group.told_count}` : ''}`,
      type,
      time: is_repeat || is_acknowledgement ? now : first.changed,
      alert: shown[0] as AlertSummary,
      ...(!is_single && { group: told_group }),
    };
  }
  return {
    id: `${group.group_id}_${what}_${group.told_count}`,
    type,
    time: now,
    alert: groupAlert(telling, first, shown[0] as AlertSummary),
    group: told_group,
  };
}

/** Where all of them are: values by the name of the slice, sorted, each once. */
function slicesOf(alerts: readonly AlertRecord[]): Labels {
  const by_key = Map.groupBy(alerts, ({ slice_key }) => slice_key);
  return Object.fromEntries(
    [...by_key].map(([slice_key, of_key]) => {
      const values = new Set(of_key.map(({ slice_value }) => slice_value));
      return [slice_key, oneLine([...values].sort().join(', '), SLICES_UNITS_MAX)];
    }),
  );
}

const severities = ['critical', 'warning', 'info'] as const;

function groupAlert(
  { group, alerts, state }: Telling,
  first: AlertRecord,
  shown: AlertSummary,
): AlertSummary {
  const labels = JSON.parse(group.labels) as Labels;
  const firing = alerts.filter((alert) => alert.state === 'firing');
  const counted = firing.length > 0 ? firing : alerts;
  const where = Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const word = state === 'firing' ? 'firing' : 'over';
  const sentences = counted.slice(0, SUMMARIES).map(({ summary }) => summary);
  const more = counted.length > SUMMARIES ? ` And ${counted.length - SUMMARIES} more.` : '';
  return {
    ...shown,
    alert_id: group.group_id,
    state,
    slice: slicesOf(counted),
    labels: { ...labels, tenant: group.tenant },
    severity: severities.find((one) => counted.some(({ severity }) => severity === one)) ?? first.severity,
    summary:
      counted.length === 1
        ? first.summary
        : oneLine(`${counted.length} alerts are ${word} (${where}). ${sentences.join(' ')}${more}`, 2000),
    since: counted.map(({ since }) => since).sort()[0] ?? first.since,
    resolved: state === 'firing' ? null : first.changed,
    // Somebody takes care of a group when somebody does of each of its alerts.
    acknowledged_by: counted.every(({ acknowledged }) => acknowledged)
      ? (shown.acknowledged_by ?? null)
      : null,
  };
}
