import fc from 'fast-check';
import { expect, test } from 'vitest';
import { teams } from '../../../../collector/src/alerts/channels/teams.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { postsOf } from '../../../support/local-http.ts';
import {
  bare,
  firing,
  grouped,
  resolved,
  strange_notification,
  trial,
} from '../../../support/notifications.ts';
import { address, byType, list, oneOf, problemsOf, record, text } from '../../../support/shape.ts';

channelContract({
  name: 'teams',
  create: (url, http) => teams({ url }, http),
  idOf: ({ body }) => JSON.parse(body).attachments[0].content.body[0].id,
});

const url = 'https://prod-1.westus.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=y';
const postOf = async (notification = firing, settings = {}) => {
  const [post] = await postsOf((http) => teams({ url, ...settings }, http), [notification]);
  return post?.body ?? '';
};

// Source: Microsoft, "Create incoming webhooks with Workflows", and the schema of adaptive cards 1.4.
const run = record(
  { type: oneOf('TextRun'), text: text() },
  { weight: oneOf('Bolder'), size: oneOf('Large'), color: oneOf('Attention', 'Warning', 'Default') },
);
const element = byType({
  RichTextBlock: record({ type: oneOf('RichTextBlock'), inlines: list(run, 10, 1) }, { id: text() }),
  Image: record({ type: oneOf('Image'), url: address(/^https:/), altText: text() }),
});
const action = record({ type: oneOf('Action.OpenUrl'), title: text(), url: address() });
const card = record({
  $schema: oneOf('http://adaptivecards.io/schemas/adaptive-card.json'),
  type: oneOf('AdaptiveCard'),
  version: oneOf('1.4'),
  msteams: record({ width: oneOf('Full') }),
  fallbackText: text(),
  body: list(element, 20, 1),
  actions: list(action, 6),
});
const message = record({
  type: oneOf('message'),
  attachments: list(
    record({
      contentType: oneOf('application/vnd.microsoft.card.adaptive'),
      contentUrl: oneOf(null),
      content: card,
    }),
    1,
    1,
  ),
});

test.each([firing, resolved, trial, bare, grouped])(
  'is a card as Teams takes it: $type',
  async (notification) => {
    expect(problemsOf(JSON.parse(await postOf(notification)), message)).toEqual([]);
  },
);

test('keeps the form and stays below 28 KB, and below the 21 KB some have met, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      const body = await postOf(notification);
      expect(problemsOf(JSON.parse(body), message)).toEqual([]);
      expect(Buffer.byteLength(body)).toBeLessThan(21_000);
    }),
    { seed: 12, numRuns: 200 },
  );
});

test('the longest texts of three bytes a unit and the longest addresses fit as well', async () => {
  const long = '漢'.repeat(10_000);
  const far = `https://a.example/${'a'.repeat(1900)}`;
  const alert = {
    ...firing.alert,
    ...{ summary: long, rule: long, feature: long, tenant: long, query: long, slice: { [long]: long } },
    ...{ url: `${far}/alerts?alert=1`, runbook_url: far, image_url: far },
    verdict: { ...firing.alert.verdict, why: long, detector: long },
    last_good_versions: { [long]: long },
    acknowledged_by: long,
    example_trace_ids: ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)],
  };
  const group = { labels: {}, alerts: Array.from({ length: 9 }, () => alert), truncated: 1 };
  for (const notification of [
    { ...firing, alert },
    { ...firing, alert, group },
  ]) {
    const body = await postOf(notification);
    expect(problemsOf(JSON.parse(body), message)).toEqual([]);
    expect(body).toContain('"The alert"');
    expect(Buffer.byteLength(body)).toBeLessThan(21_000);
  }
});

test('a chart is an image where it has an address of https, and a link in any case', async () => {
  const image = '{"type":"Image","url":"https://charts.example/5a1e.png"';
  expect(await postOf()).toContain(image);
  expect(await postOf()).toContain('"title":"Chart"');
  expect(await postOf(firing, { images: 'link' })).not.toContain(image);
  const unreachable = { ...firing, alert: { ...firing.alert, image_url: 'http://127.0.0.1:4318/5a1e.png' } };
  expect(await postOf(unreachable)).not.toContain('"Image"');
});

test('tells each alert of a group', async () => {
  const body = await postOf(grouped);
  for (const part of ['• Prompt v3 as well.', '• Ended: embedding.user_message is back.', '• And 4 more.'])
    expect(body).toContain(part);
});

test('says what a person needs', async () => {
  const body = await postOf();
  for (const part of ['Firing: drift', 'prompt_version = v2', '23 % (18 % to 27 %)', 'Runbook', 'Example 1'])
    expect(body).toContain(part);
});
