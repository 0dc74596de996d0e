import {
  alertsOf,
  annotationsOf,
  common,
  fingerprint,
  groupKey,
  groupLabelsOf,
  isOver,
  labelsOf,
} from '../alertmanager.ts';
import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { readSettings } from '../settings.ts';
import { webAddress } from '../text.ts';
import type { AlertSummary, Channel, ChannelSettings, Notification } from './channel.ts';

/** What Alertmanager writes for a time that is not known. */
const NO_TIME = '0001-01-01T00:00:00Z';

/**
 * Sends what Prometheus Alertmanager sends to its webhooks, version 4, so that everything made to receive from
 * Alertmanager can receive from Sextant.
 *
 * Settings: `url`; `authorization`, the value of that header, where the receiver asks for one; `name`, which is
 * also the name of the receiver in the payload.
 */
export function alertmanagerWebhook(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('alertmanager-webhook', settings, ['url', 'authorization', 'name']);
  const url = http.readUrl(settings['url']);
  const name = read.text('name') ?? 'alertmanager-webhook';

  return jsonChannel({
    ...{ name, url, http, authorization: read.text('authorization') },
    bodyOf: (notification) => payloadOf(notification, name),
  });
}

/** Source: Alertmanager, notify/webhook, Message, and template, Data. */
function payloadOf(notification: Notification, receiver: string) {
  const alerts = alertsOf(notification).map((alert) => alertOf(notification, alert));
  const groupLabels = groupLabelsOf(notification);
  const page = webAddress(notification.alert.url);
  return {
    receiver,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: page === null ? '' : new URL(page).origin,
    version: '4',
    groupKey: groupKey(groupLabels),
    truncatedAlerts: notification.group?.truncated ?? 0,
  };
}

function alertOf({ id, type }: Notification, alert: AlertSummary) {
  const labels = labelsOf(alert);
  const is_over = isOver(type, alert);
  return {
    status: is_over ? 'resolved' : 'firing',
    labels,
    annotations: annotationsOf(alert, id),
    startsAt: alert.since,
    endsAt: (is_over ? alert.resolved : null) ?? NO_TIME,
    generatorURL: webAddress(alert.url) ?? '',
    fingerprint: fingerprint(labels),
  };
}
