import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createChartLinks } from '../../../collector/src/access/chart-links.ts';
import { openKeysFile } from '../../../collector/src/access/keys-file.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { keyring } from './support.ts';
import { startWholeCollector } from './whole-collector.ts';

const alert_id = '0af7651916cd43dd8448eb211c80319c';
const week_ms = 7 * 24 * 3_600_000;
const refused = expect.objectContaining({ code: 'unauthenticated' });

test('a link lets in to read as its tenant, in the other process too, until it ends', () => {
  const { data, clock, database } = keyring();
  const now = () => clock.ms;
  const links = createChartLinks({ database, now });
  const path = links.pathOf('acme', alert_id);
  const second = openKeysFile(data);
  onTestFinished(() => second.close());
  const others = createChartLinks({ database: second, now });
  expect(others.credentialOf(path)).toEqual({
    ...{ tenant: 'acme', scopes: new Set(['read']), actor: 'chart link' },
  });
  clock.ms += week_ms - 1;
  expect(links.credentialOf(path).tenant).toBe('acme');
  clock.ms += 1;
  expect(() => links.credentialOf(path)).toThrow(refused);
});

test('nothing of a link can be changed: tenant, alert, end, signature, form', () => {
  const { database, clock } = keyring();
  const links = createChartLinks({ database, now: () => clock.ms });
  const path = links.pathOf('acme', alert_id);
  for (const changed of [
    path.replace('acme', 'other'),
    path.replace(alert_id, alert_id.replace('0', '1')),
    path.replace(/expires=1/, 'expires=9'),
    path.replace('/charts/acme/', '/charts/acme/../acme/'),
    `${path}&expires=9999999999`,
    path.replace('?', '?expires=9999999999&'),
    path.replace(/&signature.*/, ''),
    path.replace(/signature=.*/, `signature=${'A'.repeat(43)}`),
  ])
    expect(() => links.credentialOf(changed), changed).toThrow(refused);
  fc.assert(
    fc.property(fc.nat(path.length - 1), fc.string({ minLength: 1, maxLength: 2 }), (index, text) => {
      const changed = path.slice(0, index) + text + path.slice(index + 1);
      // The last character of a signature has two bits that say nothing.
      fc.pre(changed !== path && index < path.length - 1);
      expect(() => links.credentialOf(changed)).toThrow(refused);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('another data folder signs otherwise', () => {
  const [mine, theirs] = [keyring(), keyring()];
  const now = () => mine.clock.ms;
  const path = createChartLinks({ database: theirs.database, now }).pathOf('acme', alert_id);
  expect(() => createChartLinks({ database: mine.database, now }).credentialOf(path)).toThrow(refused);
});

test('a message has the address of its chart, which needs no key and opens nothing else', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const { data, make } = keyring();
  const { text: key } = make({ tenant: 'default', scopes: ['read'] });
  const rules_path = join(data, 'alerts.json');
  const rules = {
    channels: [{ kind: 'webhook', settings: { url: receiver.url } }],
    rules: [{ name: 'quiet', kind: 'absence', window: '5m' }],
  };
  writeFileSync(rules_path, JSON.stringify(rules));
  const collector = await startWholeCollector({
    ...{ data, alerts: rules_path, alert_interval_ms: 500, alert_allow: new URL(receiver.url).host },
  });
  onTestFinished(() => collector.close());
  await receiver.received(1);
  const told = JSON.parse(receiver.requests[0]?.body ?? '') as { data: { image_url: string } };
  const { pathname, search } = new URL(told.data.image_url);
  const ask = (path: string) => fetch(collector.url + path);

  const chart = await ask(pathname + search);
  expect(chart.status).toBe(200);
  expect(chart.headers.get('content-type')).toBe('image/png');
  expect((await chart.bytes()).subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
  const in_api = `/api/alerts/${pathname.slice(-36, -4)}/chart.png`;
  expect((await ask(in_api)).status).toBe(401);
  expect((await ask(in_api + search)).status).toBe(401);
  expect((await ask(`/api/alerts${search}`)).status).toBe(401);
  expect((await ask(pathname)).status).toBe(401);
  expect((await ask(pathname.replace('default', 'acme') + search)).status).toBe(401);
  // Neither does a key help where the signature is missing, nor is a browser to ask for one.
  const with_key = await fetch(collector.url + pathname, { headers: { authorization: `Bearer ${key}` } });
  expect(with_key.status).toBe(401);
  expect(with_key.headers.get('www-authenticate')).toBeNull();
});
