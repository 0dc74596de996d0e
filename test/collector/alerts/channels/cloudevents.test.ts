import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cloudevents } from '../../../../collector/src/alerts/channels/cloudevents.ts';
import { channelContract } from '../../../contracts/channel.ts';
import { local_http, postsOf } from '../../../support/local-http.ts';
import {
  bare,
  firing,
  grouped,
  resolved,
  strange_notification,
  trial,
} from '../../../support/notifications.ts';
import { oneOf, problemsOf, record, text, time } from '../../../support/shape.ts';

channelContract({
  name: 'cloudevents, structured',
  create: (url, http) => cloudevents({ url }, http),
  idOf: ({ body }) => JSON.parse(body).id,
});
channelContract({
  name: 'cloudevents, binary',
  create: (url, http) => cloudevents({ url, mode: 'binary' }, http),
  idOf: ({ headers }) => headers['ce-id'],
});

const url = 'https://events.example/';
const postOf = async (notification = firing, settings = {}) => {
  const [post] = await postsOf((http) => cloudevents({ url, ...settings }, http), [notification]);
  return post ?? { headers: {} as Record<string, string>, body: '' };
};

// Source: CloudEvents 1.0.2, the JSON event format and the HTTP protocol binding.
const attributes = {
  specversion: oneOf('1.0'),
  id: text(),
  source: text(),
  type: text({ pattern: /^sextant\.alert\.\w+$/ }),
  time,
  subject: text(),
};
const any = () => [];

describe('structured', () => {
  test.each([firing, resolved, trial, bare])('is one JSON document: $type', async (notification) => {
    const { headers, body } = await postOf(notification);
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const event = record({ ...attributes, datacontenttype: oneOf('application/json'), data: any });
    expect(problemsOf(JSON.parse(body), event)).toEqual([]);
    expect(JSON.parse(body)).toMatchObject({
      id: notification.id,
      type: `sextant.${notification.type}`,
      subject: notification.alert.alert_id,
      data: JSON.parse(JSON.stringify(notification.alert)),
    });
  });

  test('has the group in its data where there is one', async () => {
    expect(JSON.parse((await postOf(grouped)).body).data.group).toEqual(grouped.group);
  });

  test('comes from the page of the collector, or from what it is told', async () => {
    expect(JSON.parse((await postOf()).body).source).toBe('http://127.0.0.1:4318');
    expect(JSON.parse((await postOf(bare)).body).source).toBe('sextant');
    expect(JSON.parse((await postOf(firing, { source: '/eu' })).body).source).toBe('/eu');
  });
});

describe('binary', () => {
  /** What a receiver makes of the headers, written from the specification: percent-decoded UTF-8. */
  const attributesOf = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name.startsWith('ce-'))
        .map(([name, value]) => [name.slice('ce-'.length), decodeURIComponent(value)]),
    );

  test.each([firing, resolved, trial, bare])('has its attributes in headers: $type', async (notification) => {
    const { headers, body } = await postOf(notification, { mode: 'binary' });
    expect(headers['content-type']).toBe('application/json');
    expect(problemsOf(attributesOf(headers), record(attributes))).toEqual([]);
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(notification.alert)));
  });

  test('says the same as structured, with values no header could hold as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        strange_notification,
        fc.string({ unit: 'binary', minLength: 1 }),
        async (notification, id) => {
          const named = { ...notification, id, alert: { ...notification.alert, alert_id: `${id}%"é` } };
          const { headers } = await postOf(named, { mode: 'binary' });
          const values = Object.values(headers);
          expect(values.every((value) => /^[\x20-\x7e]*$/.test(value))).toBe(true);
          const { data: _, datacontenttype: __, ...wanted } = JSON.parse((await postOf(named)).body);
          expect(attributesOf(headers)).toEqual(wanted);
        },
      ),
      { seed: 14, numRuns: 100 },
    );
  });
});

test('authorisation goes along where it is set, and wrong settings are refused', async () => {
  expect((await postOf(firing, { authorization: 'Bearer t' })).headers).toMatchObject({
    authorization: 'Bearer t',
  });
  expect((await postOf()).headers).not.toHaveProperty('authorization');
  expect(() => cloudevents({ url, mode: 'batched' }, local_http)).toThrow('one of: structured, binary');
});

test.each(['structured', 'binary'])('%s stays as small as everything on the way forwards', async (mode) => {
  const alerts = Array.from({ length: 100 }, () => ({ ...firing.alert, summary: 'so much '.repeat(200) }));
  const { body } = await postOf({ ...grouped, group: { labels: {}, alerts, truncated: 0 } }, { mode });
  expect(Buffer.byteLength(body)).toBeLessThan(64_000);
  const { data = JSON.parse(body) } = JSON.parse(body);
  expect(data).toMatchObject({ alert_id: 'group', group: { truncated: 95 } });
});
