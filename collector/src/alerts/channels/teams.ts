import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { type Message, messageOf, type Severity } from '../message.ts';
import { readSettings } from '../settings.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

const ID_UNITS_MAX = 200;

/**
 * Writes to a channel of Microsoft Teams through a workflow ("Post to a channel when a webhook request is
 * received"), as an adaptive card. Every text of a message is bounded, so a card stays far below the 28 KB that
 * Teams takes.
 *
 * Settings: `url`, which is a secret, as who knows it can write; `name`.
 */
export function teams(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('teams', settings, ['url', 'name']);
  const url = http.readUrl(settings['url']);

  return jsonChannel({ name: read.text('name') ?? 'teams', url, http, bodyOf });
}

function bodyOf(notification: Notification) {
  const content = cardOf(messageOf(notification), notification.id.toWellFormed().slice(0, ID_UNITS_MAX));
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Text runs, because other texts of a card are read as Markdown: no text of a sender becomes a link. */
function cardOf({ title, summary, severity, facts, links, image_url }: Message, id: string) {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: summary,
    body: [
      paragraph([{ text: title, weight: 'Bolder', size: 'Large', color: colours[severity] }], id),
      paragraph([{ text: summary }]),
      ...facts.map(({ name, value }) =>
        paragraph([{ text: `${name}: `, weight: 'Bolder' }, { text: value }]),
      ),
      ...(image_url === null ? [] : [{ type: 'Image', url: image_url, altText: title }]),
    ],
    actions: links.map(({ text, url }) => ({ type: 'Action.OpenUrl', title: text, url })),
  };
}

const colours: Readonly<Record<Severity, string>> = {
  critical: 'Attention',
  warning: 'Warning',
  info: 'Default',
};

function paragraph(runs: readonly Readonly<Record<string, string>>[], id?: string) {
  const inlines = runs.map((run) => ({ type: 'TextRun', ...run }));
  return { type: 'RichTextBlock', ...(id !== undefined && { id }), inlines };
}
