import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { messageOf } from '../message.ts';
import { readSettings } from '../settings.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

/** Source: Slack, Block Kit reference: a field of a section, a section, the id of a block. */
const FIELD_UNITS_MAX = 2000;
const SECTION_UNITS_MAX = 3000;
const FIELDS_MAX = 10;
const BLOCK_ID_UNITS_MAX = 255;

/**
 * Writes to a channel of Slack through an incoming webhook.
 *
 * Settings: `url`, which is a secret, as who knows it can write; `images`, "link" or "embed": Slack refuses a whole
 * message with an image it cannot fetch, so charts are embedded only where it reaches the page; `name`.
 */
export function slack(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('slack', settings, ['url', 'images', 'name']);
  const url = http.readUrl(settings['url']);

  const embeds = read.choice('images', ['link', 'embed']) === 'embed';
  return jsonChannel({
    name: read.text('name') ?? 'slack',
    ...{ url, http },
    bodyOf: (notification) => bodyOf(notification, embeds),
  });
}

function bodyOf(notification: Notification, embeds: boolean) {
  const { title, summary, facts, links, alerts, image_url } = messageOf(notification);
  const block_id = notification.id.toWellFormed().slice(0, BLOCK_ID_UNITS_MAX);
  const blocks = [
    { type: 'header', block_id, text: { type: 'plain_text', text: title, emoji: false } },
    ...section(escaped(summary, SECTION_UNITS_MAX)),
    {
      type: 'section',
      fields: facts.slice(0, FIELDS_MAX).map(({ name, value }) => ({
        type: 'mrkdwn',
        text: `*${name}*\n${escaped(value, FIELD_UNITS_MAX - name.length - 3)}`,
        verbatim: true,
      })),
    },
    ...section(escaped(alerts.map((alert) => `• ${alert}`).join('\n'), SECTION_UNITS_MAX)),
    ...(image_url === null || !embeds ? [] : [{ type: 'image', image_url, alt_text: title }]),
    ...section(joined(links.map(({ text, url }) => `<${linkTarget(url)}|${text}>`))),
  ];
  // What notifications and screen readers show instead of the blocks.
  return { text: escaped(summary, SECTION_UNITS_MAX), blocks };
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
