import type { HttpClient } from '../http.ts';
import { jsonChannel } from '../json-channel.ts';
import { type Message, messageOf, type Severity } from '../message.ts';
import { readSettings } from '../settings.ts';
import type { Channel, ChannelSettings, Notification } from './channel.ts';

/** Teams takes 28 KB; a library of others met its limit at 21. */
const BODY_BYTES_MAX = 21_000;
const ID_UNITS_MAX = 200;
const ACTIONS_MAX = 6;

/**
 * Writes to a channel of Microsoft Teams through a workflow ("Post to a channel when a webhook request is
 * received"), as an adaptive card.
 *
 * Settings: `url`, which is a secret, as who knows it can write; `images`, "embed" or "link"; `name`. Where Teams
 * cannot fetch a chart it shows the text that stands for it; the link is there beside it.
 */
export function teams(settings: ChannelSettings, http: HttpClient): Channel {
  const read = readSettings('teams', settings, ['url', 'images', 'name']);
  const url = http.readUrl(settings['url']);

  const embeds = read.choice('images', ['embed', 'link']) === 'embed';
  return jsonChannel({
    name: read.text('name') ?? 'teams',
    ...{ url, http },
    bodyOf: (notification) => bodyOf(notification, embeds),
  });
}

/** The whole message, or as much of it as Teams is sure to take: first the alerts of a group go, the chart, then links. */
function bodyOf(notification: Notification, embeds: boolean): object {
  const message = messageOf(notification);
  const whole = embeds ? message : { ...message, image_url: null };
  const single = { ...whole, alerts: [] };
  const plain = { ...single, image_url: null };
  const brief = { ...plain, links: whole.links.slice(0, 1) };
  const id = notification.id.toWellFormed().slice(0, ID_UNITS_MAX);
  const bodies = [whole, single, plain, brief].map((version) => posted(cardOf(version, id)));
  return (
    bodies.find((body) => Buffer.byteLength(JSON.stringify(body)) < BODY_BYTES_MAX) ??
    posted(cardOf(brief, id))
  );
}

function posted(content: object): object {
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Text runs, because other texts of a card are read as Markdown: no text of a sender becomes a link. */
function cardOf({ title, summary, severity, facts, links, alerts, image_url }: Message, id: string) {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: title,
    body: [
      paragraph([{ text: title, weight: 'Bolder', size: 'Large', color: colours[severity] }], id),
      paragraph([{ text: summary }]),
      ...facts.map(({ name, value }) =>
        paragraph([{ text: `${name}: `, weight: 'Bolder' }, { text: value }]),
      ),
      ...alerts.map((alert) => paragraph([{ text: `• ${alert}` }])),
      ...(image_url === null ? [] : [{ type: 'Image', url: image_url, altText: title }]),
    ],
    // Teams shows six at most.
    actions: links
      .slice(0, ACTIONS_MAX)
      .map(({ text, url }) => ({ type: 'Action.OpenUrl', title: text, url })),
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
