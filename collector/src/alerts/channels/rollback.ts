import { SextantError } from '../../errors.ts';
import { alertsOf, isOver } from '../alertmanager.ts';
import type { HttpClient } from '../http.ts';
import { evidenceOf, howMuch } from '../message.ts';
import { whereToLook } from '../notification-data.ts';
import { readSettings } from '../settings.ts';
import { publicKeys, readSecret, webhookHeaders } from '../signature.ts';
import { oneLine } from '../text.ts';
import type { AlertSummary, Channel, ChannelSettings, Notification } from './channel.ts';

const VERSIONS_MAX = 50;
const TEXT_UNITS_MAX = 200;
const SUMMARY_UNITS_MAX = 1000;

/**
 * Asks a deployment to go back: a signed webhook with the last good version of everything that has one, sent when
 * an alert fires that knows them, and at no other time. A test is of another type, which rolls nothing back.
 *
 * Settings: `url`; `secrets`, as for a webhook, but at least one: whoever believes such a request must be able to
 * check it; `name`.
 *
 * The id of the webhook belongs to the alert, not to the notification: an alert that is repeated asks for the same
 * rollback, and a receiver that keeps ids carries it out once.
 */
export function rollback(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('rollback', settings, ['url', 'secrets', 'name']);
  const url = http.readUrl(settings['url']);
  const signers = read.texts('secrets').map(readSecret);
  if (signers.length === 0)
    throw new SextantError('bad_request', 'The channel rollback needs the setting secrets.');

  return {
    name: read.text('name') ?? 'rollback',
    public_keys: publicKeys(signers),
    async send(notification, { timeout_ms }) {
      const alert = alertToUndo(notification);
      if (alert === null) return { result: 'ok' };
      const body = JSON.stringify(requestOf(notification, alert));
      const headers = webhookHeaders(signers, `${alert.alert_id}_rollback`, body);
      return http.post({ url, headers, body, timeout_ms });
    },
  };
}

/** The first alert that fires and knows versions, or that of a test; null where there is nothing to ask for. */
function alertToUndo(notification: Notification): AlertSummary | null {
  if (notification.type === 'alert.test') return notification.alert;
  const fires = alertsOf(notification).filter((alert) => !isOver(notification.type, alert));
  const known = fires.find(({ last_good_versions }) => Object.keys(last_good_versions ?? {}).length > 0);
  return notification.type === 'alert.firing' ? (known ?? null) : null;
}

function requestOf({ type, time }: Notification, alert: AlertSummary) {
  return {
    type: type === 'alert.test' ? 'rollback.test' : 'rollback.requested',
    timestamp: time,
    data: {
      alert_id: alert.alert_id,
      tenant: oneLine(alert.tenant, TEXT_UNITS_MAX),
      rule: oneLine(alert.rule, TEXT_UNITS_MAX),
      feature: oneLine(alert.feature, TEXT_UNITS_MAX),
      summary: oneLine(alert.summary, SUMMARY_UNITS_MAX),
      slice: Object.fromEntries(
        Object.entries(alert.slice).map(([name, value]) => [name, oneLine(value, TEXT_UNITS_MAX)]),
      ),
      since: alert.since,
      effect: howMuch(alert.verdict) ?? '',
      evidence: oneLine(evidenceOf(alert.verdict), TEXT_UNITS_MAX),
      // Never cut: a version that is not whole is none.
      last_good_versions: Object.fromEntries(
        Object.entries(alert.last_good_versions ?? {}).slice(0, VERSIONS_MAX),
      ),
      url: alert.url,
      ...whereToLook(alert),
    },
  };
}
