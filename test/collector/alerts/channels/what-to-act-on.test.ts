import { expect, test } from 'vitest';
import type { ChannelSettings, Notification } from '../../../../collector/src/alerts/channels/channel.ts';
import { channels } from '../../../../collector/src/alerts/channels/index.ts';
import { postsOf } from '../../../support/local-http.ts';
import { firing } from '../../../support/notifications.ts';

const example_trace_ids = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32));
const notification: Notification = {
  ...firing,
  alert: {
    ...firing.alert,
    example_trace_ids,
    verdict: { ...firing.alert.verdict, level: 0.0007, n_features: 12 },
    // Everything else a message can hold beside what it must.
    acknowledged_by: 'ada',
    resolved: firing.time,
  },
};

const url = 'https://receiver.example/hook';
const secrets = [`whsec_${Buffer.alloc(32, 5).toString('base64')}`];
const settings: Readonly<Record<string, ChannelSettings>> = {
  webhook: { url, secrets },
  pagerduty: { routing_key: 'key' },
  pubsub: { topic: 'projects/p/topics/t', endpoint: 'https://pubsub.example' },
  rollback: { url, secrets },
};

/** All texts and figures that a receiver finds in what is posted. */
async function wordsOf(kind: string): Promise<string> {
  const create = channels[kind];
  if (create === undefined) throw new Error(`There is no channel ${kind}.`);
  const [post] = await postsOf((http) => create(settings[kind] ?? { url }, http), [notification]);
  const body = JSON.parse(post?.body ?? '');
  const data = body.messages?.[0]?.data;
  const values: string[] = [];
  JSON.stringify(data ? JSON.parse(Buffer.from(data, 'base64').toString()) : body, (_name, value) => {
    if (typeof value !== 'object')
      values.push(String(value).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
    return value;
  });
  return values.join('\n');
}

test.each(Object.keys(channels))('%s carries all that a person acts on', async (kind) => {
  const words = await wordsOf(kind);
  const { alert } = notification;
  const facts = {
    'what moved': alert.feature,
    'how much': /0\.23|23 %/,
    'how sure that is': /0\.18|18 %/,
    'how likely that is by chance': '0.0003',
    'since when': alert.since,
    'which slice': 'v2',
    'the first trace': example_trace_ids[0],
    'the second trace': example_trace_ids[1],
    'the third trace': example_trace_ids[2],
    'a chart': alert.image_url,
    'the query': alert.query,
    'a runbook': alert.runbook_url,
    'the page': alert.url,
  };
  const isThere = (fact: unknown) =>
    fact instanceof RegExp ? fact.test(words) : words.includes(String(fact));
  const missing = Object.entries(facts).filter(([, fact]) => !isThere(fact));
  expect(missing.map(([name]) => name)).toEqual([]);
});
