import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { type Message, messageOf } from '../message.ts';
import { readSettings } from '../settings.ts';
import { cut, oneLine } from '../text.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';
const DEDUP_KEY_UNITS_MAX = 255;
const NAME_UNITS_MAX = 255;

/**
 * Opens and resolves incidents through the Events API v2 of PagerDuty.
 *
 * Settings: `routing_key`, of an integration "Events API v2"; `url`, where the account is not in the United States,
 * such as https://events.eu.pagerduty.com/v2/enqueue; `name`.
 *
 * One incident for each alert: its id is the deduplication key. A test opens an incident of severity "info", a
 * heartbeat none.
 */
export function pagerduty(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('pagerduty', settings, ['routing_key', 'url', 'name']);
  const routing_key = read.requiredText('routing_key');
  const url = http.readUrl(read.text('url') ?? EVENTS_URL);

  const channel = jsonChannel({
    name: read.text('name') ?? 'pagerduty',
    ...{ url, http },
    bodyOf: (notification) => ({ routing_key, ...eventOf(notification) }),
  });
  return {
    ...channel,
    takes_acknowledgements: true,
    // A heartbeat is no incident; what misses it is for others to notice.
    send: async (notification, options) =>
      notification.type === 'alert.heartbeat' ? { result: 'ok' } : channel.send(notification, options),
  };
}

function eventOf(notification: Notification) {
  const { id, alert } = notification;
  const message = messageOf(notification);
  return {
    event_action: actionOf(notification),
    dedup_key: cut(alert.alert_id, DEDUP_KEY_UNITS_MAX),
    client: 'Sextant',
    payload: {
      summary: message.summary,
      source: oneLine(`sextant ${alert.tenant}`, NAME_UNITS_MAX),
      severity: message.severity,
      timestamp: alert.since,
      component: oneLine(alert.feature, NAME_UNITS_MAX),
      group: oneLine(Object.values(alert.slice).join(', '), NAME_UNITS_MAX),
      class: oneLine(alert.rule, NAME_UNITS_MAX),
      custom_details: { ...detailsOf(message), notification_id: id },
    },
    ...clientUrl(message),
    links: message.links.map(({ text, url }) => ({ href: url, text })),
    images: message.image_url === null ? [] : [{ src: message.image_url, alt: message.title }],
  };
}

function actionOf({ type }: Notification): 'trigger' | 'acknowledge' | 'resolve' {
  if (type === 'alert.resolved') return 'resolve';
  return type === 'alert.acknowledged' ? 'acknowledge' : 'trigger';
}

function detailsOf({ facts, alerts }: Message): Record<string, string> {
  const details = facts.map(({ name, value }) => [name, value]);
  return Object.fromEntries(alerts.length > 0 ? [...details, ['Alerts', alerts.join('\n')]] : details);
}

function clientUrl({ links }: Message) {
  return links[0] === undefined ? {} : { client_url: links[0].url };
}
