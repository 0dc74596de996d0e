import type { AlertSummary, Notification } from './channels/channel.ts';
import { evidenceOf, howMuch } from './message.ts';
import { oneLine, webAddress } from './text.ts';

/** An alert in the words of Prometheus Alertmanager, for its API and for the webhooks it sends. */

export type LabelSet = Readonly<Record<string, string>>;

const NAME_UNITS_MAX = 100;
const VALUE_UNITS_MAX = 1000;
const LABELS_MAX = 40;

/**
 * What identifies the alert: the same in every notification of it, and again when it fires another time, so that
 * silences and routes hold. What changes is an annotation.
 */
export function labelsOf(alert: AlertSummary): LabelSet {
  const labels: [string, string][] = [
    ['alertname', alert.rule],
    ['severity', alert.severity ?? 'warning'],
    ['feature', alert.feature],
    ['tenant', alert.tenant],
    // All traffic is no slice.
    ...Object.entries(alert.slice).filter(([name]) => name !== 'all'),
    ...Object.entries(alert.labels ?? {}),
  ];
  return tidied(labels.slice(0, LABELS_MAX));
}

export function annotationsOf(alert: AlertSummary, notification_id: string): LabelSet {
  const { verdict, last_good_versions } = alert;
  return tidied([
    ['summary', alert.summary],
    ['description', typeof verdict['why'] === 'string' ? verdict['why'] : ''],
    ['effect', howMuch(verdict) ?? ''],
    ['evidence', evidenceOf(verdict)],
    ['runbook_url', webAddress(alert.runbook_url) ?? ''],
    ['image_url', webAddress(alert.image_url) ?? ''],
    ['query', alert.query ?? ''],
    ['example_trace_ids', alert.example_trace_ids.slice(0, 3).join(' ')],
    ['last_good_versions', last_good_versions ? JSON.stringify(last_good_versions) : ''],
    ['alert_id', alert.alert_id],
    ['notification_id', notification_id],
    ...Object.entries(alert.annotations ?? {}).slice(0, LABELS_MAX),
  ]);
}

/** What a notification tells of: the alerts of its group, or its one alert. */
export function alertsOf({ alert, group }: Notification): readonly AlertSummary[] {
  return group === undefined || group.alerts.length === 0 ? [alert] : group.alerts;
}

/** The end of an alert is one of the alert itself: a group that fires may tell of some that ended. */
export function isOver(type: Notification['type'], alert: AlertSummary): boolean {
  return (type === 'alert.firing' || type === 'alert.resolved') && alert.state === 'resolved';
}

/**
 * Names as every release of Alertmanager takes them, values as JSON carries them; what has no value is left out,
 * as Alertmanager does. The first of two of a name stays.
 */
function tidied(labels: readonly (readonly [string, string])[]): LabelSet {
  const clean = labels.map(([name, value]) => [
    name
      .slice(0, NAME_UNITS_MAX)
      .replaceAll(/[^a-zA-Z0-9_]/g, '_')
      .replace(/^(?=\d|$)/, '_'),
    oneLine(value, VALUE_UNITS_MAX),
  ]);
  return Object.fromEntries(clean.filter(([, value]) => value !== '').reverse());
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const SEPARATOR = 255;

/**
 * The fingerprint by which Alertmanager knows an alert: FNV-1a with 64 bits over the labels sorted by name, each
 * name and value followed by the byte 255, as 16 hexadecimal digits.
 * Source: prometheus/common, model/signature, labelSetToFingerprint.
 */
export function fingerprint(labels: LabelSet): string {
  let hash = FNV_OFFSET;
  for (const byte of fingerprintBytes(labels)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash.toString(16).padStart(16, '0');
}

function fingerprintBytes(labels: LabelSet): Buffer {
  const end = Buffer.from([SEPARATOR]);
  const parts = sortedNames(labels).flatMap((name) => [name, labels[name] ?? '']);
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(part), end]));
}

/** Labels in the form in which Alertmanager has them. */
export function groupLabelsOf({ alert, group }: Notification): LabelSet {
  return group === undefined ? tidied([['alertname', alert.rule]]) : tidied(Object.entries(group.labels));
}

/** What all of them have alike. */
export function common(sets: readonly LabelSet[]): LabelSet {
  const [first = {}, ...others] = sets;
  const alike = Object.entries(first).filter(([name, value]) => others.every((set) => set[name] === value));
  return Object.fromEntries(alike);
}

/**
 * The key of the group of alerts with these labels, under a route that matches everything.
 * Source: Alertmanager, dispatch, the key of a group: route, colon, labels.
 */
export function groupKey(labels: LabelSet): string {
  const pairs = sortedNames(labels).map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return `{}:{${pairs.join(', ')}}`;
}

/** Names are ASCII: the order of units is the order of bytes. */
function sortedNames(labels: LabelSet): string[] {
  return Object.keys(labels).sort();
}
