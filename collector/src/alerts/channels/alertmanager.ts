import { alertsOf, annotationsOf, isOver, labelsOf } from '../alertmanager.ts';
import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { readSettings } from '../settings.ts';
import { webAddress } from '../text.ts';
import type { AlertSummary, Channel, ChannelSettings, Notification } from './channel.ts';

const MINUTE_MS = 60_000;
const TEST_MINUTES = 1;
const PATH = '/api/v2/alerts';

/**
 * Hands alerts to a Prometheus Alertmanager, through version 2 of its API.
 *
 * Settings: `url`, its address; `hold_minutes`, how long an alert that is not repeated goes on, 1440 by default;
 * `authorization`, the value of that header, where it asks for one; `name`.
 *
 * The labels of an alert stay the same, so Alertmanager takes a repetition for the same alert. It ends when its
 * end is told, or when nothing was heard of it for `hold_minutes`.
 */
export function alertmanager(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('alertmanager', settings, ['url', 'hold_minutes', 'authorization', 'name']);
  const url = apiAddress(http.readUrl(settings['url']));
  const hold_minutes = read.count('hold_minutes', 1440);

  return jsonChannel({
    name: read.text('name') ?? 'alertmanager',
    ...{ url, http, authorization: read.text('authorization') },
    bodyOf: (notification) =>
      alertsOf(notification).map((alert) =>
        postable(notification, alert, { hold_minutes, now_ms: Date.now() }),
      ),
  });
}

function apiAddress(url: URL): URL {
  if (url.pathname.endsWith(PATH)) return url;
  const address = new URL(url);
  address.pathname = url.pathname.replace(/\/*$/, PATH);
  return address;
}

interface Ending {
  readonly hold_minutes: number;
  readonly now_ms: number;
}

function postable({ id, type }: Notification, alert: AlertSummary, { hold_minutes, now_ms }: Ending) {
  const generator = webAddress(alert.url);
  const minutes = type === 'alert.test' ? TEST_MINUTES : hold_minutes;
  return {
    labels: labelsOf(alert),
    annotations: annotationsOf(alert, id),
    startsAt: alert.since,
    endsAt: isOver(type, alert) ? endOf(alert, now_ms) : isoTime(now_ms + minutes * MINUTE_MS),
    ...(generator !== null && { generatorURL: generator }),
  };
}

/** Not before it began, and not after now: Alertmanager takes what ends later for firing. */
function endOf({ since, resolved }: AlertSummary, now_ms: number): string {
  const ended_ms = Math.min(Date.parse(resolved ?? '') || now_ms, now_ms);
  return isoTime(Math.max(ended_ms, Date.parse(since)));
}

function isoTime(time_ms: number): string {
  return new Date(time_ms).toISOString();
}
