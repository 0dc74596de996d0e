import type { HttpClient } from '../http.ts';
import { type Message, messageOf } from '../message.ts';
import type { Outcome } from '../outcome.ts';
import { readSettings } from '../settings.ts';
import type { Channel, ChannelSettings, Notification, SendOptions } from './channel.ts';

/** Source: Slack, Block Kit reference: a field of a section, a section, the id of a block. */
const FIELD_UNITS_MAX = 2000;
const SECTION_UNITS_MAX = 3000;
const FIELDS_MAX = 10;
const BLOCK_ID_UNITS_MAX = 255;

/**
 * Writes to a channel of Slack through an incoming webhook.
 *
 * Settings: `url`, which is a secret, as who knows it can write; `images`, "embed" or "link"; `name`.
 *
 * Slack refuses a whole message with an image it cannot fetch, such as one behind a firewall. A message it refuses
 * with a chart is sent again within the same attempt with a link to it.
 */
export function slack(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('slack', settings, ['url', 'images', 'name']);
  const url = http.readUrl(settings['url']);
  const embeds = read.choice('images', ['embed', 'link']) === 'embed';

  async function send(notification: Notification, { timeout_ms }: SendOptions): Promise<Outcome> {
    const message = messageOf(notification);
    const began_ms = performance.now();
    const post = (image_url: string | null, left_ms: number) => {
      const body = JSON.stringify(bodyOf({ ...message, image_url }, notification.id));
      return http.post({ url, headers, body, timeout_ms: left_ms });
    };
    const image_url = embeds ? message.image_url : null;
    const outcome = await post(image_url, timeout_ms);
    if (image_url === null || outcome.status !== REFUSED) return outcome;
    return post(null, Math.max(1, Math.floor(timeout_ms - (performance.now() - began_ms))));
  }

  return { name: read.text('name') ?? 'slack', send };
}

const headers = { 'content-type': 'application/json' };
/** Source: Slack, "Sending messages using incoming webhooks", errors: `invalid_blocks`. */
const REFUSED = 400;

function bodyOf({ title, summary, facts, links, alerts, image_url }: Message, id: string) {
  const block_id = id.toWellFormed().slice(0, BLOCK_ID_UNITS_MAX);
  const blocks = [
    { type: 'header', block_id, text: { type: 'plain_text', text: title, emoji: false } },
    ...section(escaped(summary, SECTION_UNITS_MAX)),
    ...fieldsOf(facts.slice(0, FIELDS_MAX)),
    ...fieldsOf(facts.slice(FIELDS_MAX)),
    ...section(escaped(alerts.map((alert) => `• ${alert}`).join('\n'), SECTION_UNITS_MAX)),
    ...(image_url === null ? [] : [{ type: 'image', image_url, alt_text: title }]),
    ...section(joined(links.map(({ text, url }) => `<${linkTarget(url)}|${text}>`))),
  ];
  // What notifications and screen readers show instead of the blocks.
  return { text: escaped(summary, SECTION_UNITS_MAX), blocks };
}

function fieldsOf(facts: Message['facts']) {
  const fields = facts.map(({ name, value }) => ({
    type: 'mrkdwn',
    text: `*${name}*\n${escaped(value, FIELD_UNITS_MAX - name.length - 3)}`,
    verbatim: true,
  }));
  return fields.length === 0 ? [] : [{ type: 'section', fields }];
}

function section(text: string) {
  return text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }];
}

/** As many links as fit; one that was cut would lead astray. */
function joined(links: readonly string[]): string {
  return links.reduce((text, link) => {
    const longer = text === '' ? link : `${text} · ${link}`;
    return longer.length <= SECTION_UNITS_MAX ? longer : text;
  }, '');
}

/**
 * Escapes the characters that mean something to Slack, so that no text of a sender becomes a mention or a link.
 * Formatting characters stay: at worst a word is bold.
 */
function escaped(text: string, units_max: number): string {
  let result = '';
  for (const character of text) {
    const next = entities[character] ?? character;
    if (result.length + next.length > units_max) break;
    result += next;
  }
  return result;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function linkTarget(url: string): string {
  return url.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C').replaceAll('&', '&amp;');
}
