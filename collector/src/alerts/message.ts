import type { AlertSummary, Notification, NotificationGroup } from './channels/channel.ts';
import { oneLine, percent, webAddress } from './text.ts';

/**
 * A notification as a person reads it: what moved, how much, since when, where, on what evidence, and where to
 * look. Every text is one line of bounded length; the channels only lay it out.
 */
export interface Message {
  readonly title: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly facts: readonly Fact[];
  readonly links: readonly Link[];
  /** The alerts of a group of several, a sentence each; empty where the message is about one alert. */
  readonly alerts: readonly string[];
  /** A chart, for whoever reaches the page; null where there is none over https. */
  readonly image_url: string | null;
}

export type Severity = 'critical' | 'warning' | 'info';

interface Fact {
  readonly name: string;
  readonly value: string;
}

interface Link {
  readonly text: string;
  readonly url: string;
}

/** As much as the header of a message in Slack may have. */
const TITLE_UNITS_MAX = 150;
/** Within what PagerDuty takes, 1,024. */
const SUMMARY_UNITS_MAX = 1000;
const VALUE_UNITS_MAX = 300;
const EXAMPLES = 3;
const GROUP_ALERTS = 5;

export function messageOf({ type, alert, group }: Notification): Message {
  const title = oneLine(`${titleWord(type)}: ${alert.rule}, ${alert.feature}`, TITLE_UNITS_MAX);
  const image = webAddress(alert.image_url);
  return {
    title,
    summary: oneLine(alert.summary, SUMMARY_UNITS_MAX) || title,
    severity:
      type === 'alert.firing' || type === 'alert.acknowledged' ? (alert.severity ?? 'warning') : 'info',
    facts: factsOf(alert),
    links: linksOf(alert),
    alerts: group === undefined ? [] : sentencesOf(group),
    // Receivers refuse images that are not https.
    image_url: image?.startsWith('https:') ? image : null,
  };
}

function sentencesOf({ alerts, truncated }: NotificationGroup): string[] {
  // Alone in its group, an alert is what the message is about already.
  if (alerts.length + truncated === 1) return [];
  const told = alerts.slice(0, GROUP_ALERTS);
  const more = alerts.length - told.length + truncated;
  const sentences = told.map(({ state, summary }) => {
    const sentence = oneLine(summary, VALUE_UNITS_MAX);
    return state === 'resolved' ? `Ended: ${sentence}` : sentence;
  });
  return more > 0 ? [...sentences, `And ${more} more.`] : sentences;
}

function titleWord(type: Notification['type']): string {
  const word = type.replace(/^alert\./, '');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function factsOf(alert: AlertSummary): Fact[] {
  const { verdict } = alert;
  const facts: [string, string | null][] = [
    ['What', alert.feature],
    ['Where', pairs(alert.slice)],
    ['Since', alert.since],
    ['Ended', alert.resolved],
    ['How much', howMuch(verdict)],
    ['Evidence', evidenceOf(verdict)],
    ['Why', typeof verdict['why'] === 'string' ? verdict['why'] : null],
    ['Last good versions', pairs(alert.last_good_versions ?? {})],
    ['Query', alert.query ?? null],
    ['Acknowledged by', alert.acknowledged_by ?? null],
    ['Tenant', alert.tenant],
  ];
  return facts
    .map(([name, value]) => ({ name, value: oneLine(value ?? '', VALUE_UNITS_MAX) }))
    .filter(({ value }) => value !== '');
}

function pairs(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .filter(([name]) => name !== 'all')
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}

/** The effect, with its interval; null where there is none. */
export function howMuch({ effect, effect_low, effect_high }: AlertSummary['verdict']): string | null {
  if (typeof effect !== 'number') return null;
  if (typeof effect_low !== 'number' || typeof effect_high !== 'number') return percent(effect);
  return `${percent(effect)} (${percent(effect_low)} to ${percent(effect_high)})`;
}

/** What was compared, and how likely it is by chance. */
export function evidenceOf(verdict: AlertSummary['verdict']): string {
  const { detector, n_current, n_reference, p, level, n_features } = verdict;
  const parts = [
    typeof detector === 'string' ? detector : null,
    typeof n_current === 'number' ? `n = ${n_current}` : null,
    typeof n_reference === 'number' ? `${n_reference} in the reference` : null,
    typeof p === 'number' ? `p = ${figure(p)}` : null,
    typeof level === 'number' ? `below ${figure(level)} counts${among(n_features)}` : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function among(n_features: unknown): string {
  return typeof n_features === 'number' && n_features > 1 ? ` among ${n_features} features` : '';
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function linksOf(alert: AlertSummary): Link[] {
  const page = webAddress(alert.url);
  const traces = page?.replace(/\/alerts\?.*$/, '/traces/') ?? '';
  const examples = alert.example_trace_ids.filter((id) => /^[0-9a-f]{32}$/.test(id)).slice(0, EXAMPLES);
  const links = [
    { text: 'The alert', url: page },
    { text: 'Runbook', url: webAddress(alert.runbook_url) },
    { text: 'Chart', url: webAddress(alert.image_url) },
    ...examples.map((id, index) => ({
      text: `Example ${index + 1}`,
      url: traces.endsWith('/traces/') ? traces + id : null,
    })),
  ];
  return links.flatMap(({ text, url }) => (url === null ? [] : [{ text, url }]));
}
