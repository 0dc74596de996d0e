import { type AlertRecord, notificationAlert } from '../alert.ts';
import type { AlertSummary, Notification } from '../channels/channel.ts';
import { oneLine } from '../text.ts';
import type { Telling } from './dispatch.ts';
import type { Labels } from './matcher.ts';

const ALERTS_MAX = 50;
const SUMMARIES = 3;

export interface TellingParts {
  /** Address of the page, without a slash at its end. */
  readonly page_url: string;
  /** Path of the chart of an alert, on the page. */
  readonly chartPath: (tenant: string, alert_id: string) => string;
}

/** Puts what is to be told into words: one alert as it is, a group as if it were one alert. */
export function notificationOf(telling: Telling, parts: TellingParts, now_ms: number): Notification {
  const { group, alerts, is_single, is_repeat } = telling;
  const where = { tenant: group.tenant, ...parts };
  const [first] = alerts;
  if (first === undefined) throw new Error('There is nothing to tell.');
  const what = telling.is_acknowledgement ? 'acknowledged' : telling.state;
  const type = `alert.${what}` as const;
  const now = new Date(now_ms).toISOString();
  if (is_single) {
    const id = `${first.alert_id}_${what}${is_repeat ? `_${group.told_count}` : ''}`;
    return {
      id,
      type,
      time: is_repeat || telling.is_acknowledgement ? now : first.changed,
      alert: notificationAlert(first, where),
    };
  }
  const shown = alerts.slice(0, ALERTS_MAX).map((alert) => notificationAlert(alert, where));
  const labels = JSON.parse(group.labels) as Labels;
  return {
    id: `${group.group_id}_${what}_${group.told_count}`,
    type,
    time: now,
    alert: groupAlert(telling, first, shown[0] as AlertSummary),
    group: { labels, alerts: shown, truncated: alerts.length - shown.length },
  };
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
