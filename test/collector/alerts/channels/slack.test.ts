import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slack } from '../../../../collector/src/alerts/channels/slack.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http, postsOf } from '../../../support/local-http.ts';
import { bare, firing, grouped, strange_notification, trial } from '../../../support/notifications.ts';
import { address, byType, list, oneOf, problemsOf, record, text } from '../../../support/shape.ts';
import { startReceiver } from '../../../support/webhook-receiver.ts';

channelContract({
  name: 'slack',
  create: (url, http) => slack({ url }, http),
  idOf: ({ body }) => JSON.parse(body).blocks[0].block_id,
});

const url = 'https://hooks.slack.com/services/T0/B0/x';
const bodyOf = async (notification = firing, settings = {}) => {
  const [post] = await postsOf((http) => slack({ url, ...settings }, http), [notification]);
  return JSON.parse(post?.body ?? '');
};

// Source: Slack, Block Kit reference, and the limits of incoming webhooks.
const mrkdwn = (units_max: number) =>
  record({ type: oneOf('mrkdwn'), text: text({ units_max }) }, { verbatim: oneOf(true, false) });
const block_id = text({ units_max: 255 });
const blocks = byType({
  header: record(
    {
      type: oneOf('header'),
      text: record(
        { type: oneOf('plain_text'), text: text({ units_max: 150 }) },
        { emoji: oneOf(true, false) },
      ),
    },
    { block_id },
  ),
  section: (value, place) => {
    const has_fields = typeof value === 'object' && value !== null && 'fields' in value;
    const content = has_fields ? { fields: list(mrkdwn(2000), 10, 1) } : { text: mrkdwn(3000) };
    return record({ type: oneOf('section'), ...content }, { block_id })(value, place);
  },
  image: record({
    type: oneOf('image'),
    image_url: (value, place) => [
      ...address(/^https:/)(value, place),
      ...text({ units_max: 3000 })(value, place),
    ],
    alt_text: text({ units_max: 2000 }),
  }),
});
const message = record({
  text: text({ units_max: 4000, is_empty_allowed: true }),
  blocks: list(blocks, 50, 1),
});

test.each([firing, trial, bare, grouped])('is a message as Slack takes it: $type', async (notification) => {
  expect(problemsOf(await bodyOf(notification), message)).toEqual([]);
});

test('keeps the limits of Slack, whatever the texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(strange_notification, async (notification) => {
      expect(problemsOf(await bodyOf(notification), message)).toEqual([]);
      expect(problemsOf(await bodyOf(notification, { images: 'link' }), message)).toEqual([]);
    }),
    { seed: 11, numRuns: 200 },
  );
});

test('says what a person needs, with links to look at', async () => {
  const body = JSON.stringify(await bodyOf());
  for (const part of [
    'Firing: drift, embedding.user_message',
    '*Where*\\nprompt_version = v2',
    '*How much*\\n23 % (18 % to 27 %)',
    '*Query*\\nSELECT count(*) FROM spans WHERE a &lt; 3 &amp; b &gt; 4',
    '<https://runbooks.example/drift?a=1&amp;b=2|Runbook>',
    '<http://127.0.0.1:4318/traces/0af7651916cd43dd8448eb211c80319c|Example 1>',
  ])
    expect(body).toContain(part);
});

test('a chart is an image where it has an address of https, and a link in any case', async () => {
  const image = {
    type: 'image',
    image_url: 'https://charts.example/5a1e.png',
    alt_text: 'Firing: drift, embedding.user_message',
  };
  expect((await bodyOf()).blocks).toContainEqual(image);
  expect(JSON.stringify(await bodyOf())).toContain('<https://charts.example/5a1e.png|Chart>');
  expect((await bodyOf(firing, { images: 'link' })).blocks).not.toContainEqual(image);
  const unreachable = { ...firing, alert: { ...firing.alert, image_url: 'http://127.0.0.1:4318/5a1e.png' } };
  expect(JSON.stringify(await bodyOf(unreachable))).not.toContain('"image"');
});

test('a message that Slack refuses for its image is sent again without, within the same attempt', async () => {
  const receiver = await startReceiver();
  receiver.behave({ status: 400, body: 'invalid_blocks' }, { status: 200, body: 'ok' });
  const channel = slack({ url: receiver.url }, local_http);
  expect(await channel.send(firing, { timeout_ms: 5000 })).toEqual({ result: 'ok', status: 200 });
  const [first, second, ...others] = receiver.requests.map(({ body }) => JSON.parse(body).blocks);
  expect(others).toEqual([]);
  expect(second).toEqual(first.filter(({ type }: { type: string }) => type !== 'image'));
  expect(second).toHaveLength(first.length - 1);

  receiver.behave({ status: 400, body: 'invalid_blocks' }, 'hang');
  expect(await channel.send(firing, { timeout_ms: 300 })).toMatchObject({ result: 'retry' });
  receiver.behave({ status: 400, body: 'invalid_payload' });
  const plain = slack({ url: receiver.url, images: 'link' }, local_http);
  const count = receiver.requests.length;
  expect(await plain.send(firing, { timeout_ms: 5000 })).toMatchObject({ result: 'failed', status: 400 });
  expect(receiver.requests).toHaveLength(count + 1);
  await receiver.close();
});

test('tells each alert of a group', async () => {
  const body = JSON.stringify(await bodyOf(grouped));
  const told = ['Prompt v3 as well.', 'Ended: embedding.user_message is back.', 'And 4 more.'];
  for (const sentence of told) expect(body).toContain(`• ${sentence}`);
});

test('no text of a sender becomes a mention or a link', async () => {
  const summary = '<!channel> <https://evil.example|click> &lt;';
  const body = await bodyOf({
    ...firing,
    alert: { ...firing.alert, summary, url: 'https://a.example/?<!here>|x' },
  });
  expect(body.text).toBe('&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp;lt;');
  expect(body.blocks.at(-1).text.text).toMatch(/^<https:\/\/a\.example\/\?%3C!here%3E%7Cx\|The alert> · </);
});

test('settings that are none of its own are refused', () => {
  const http = undefined as never;
  expect(() => slack({ url, secrets: ['x'] }, http)).toThrow('no setting "secrets"');
});
