import { annotationsOf, fingerprint, groupKey, labelsOf } from '../alertmanager.ts';
import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { readSettings } from '../settings.ts';
import { webAddress } from '../text.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

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

/** Source: Alertmanager, notify/webhook, Message, and template, Data. A notification is about one alert. */
function payloadOf(notification: Notification, receiver: string) {
  const { type, alert } = notification;
  const labels = labelsOf(alert);
  const annotations = annotationsOf(notification);
  const group = { alertname: labels['alertname'] ?? '' };
  const page = webAddress(alert.url);
  const is_over = type === 'alert.resolved';
  const status = is_over ? 'resolved' : 'firing';
  return {
    receiver,
    status,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: alert.since,
        endsAt: (is_over ? alert.resolved : null) ?? NO_TIME,
        generatorURL: page ?? '',
        fingerprint: fingerprint(labels),
      },
    ],
    groupLabels: group,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: page === null ? '' : new URL(page).origin,
    version: '4',
    groupKey: groupKey(group),
    truncatedAlerts: 0,
  };
}
