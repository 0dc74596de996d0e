import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createHttpClient } from '../../collector/src/alerts/http.ts';
import { readOptions } from '../../collector/src/options.ts';
import { openAlerts } from '../../collector/src/store-parts.ts';
import type { Store } from '../../collector/src/stores/store.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

async function receiverHere(): Promise<Receiver> {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

async function open(environment: Readonly<Record<string, string>>) {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const options = readOptions(environment);
  const http = createHttpClient({ allow: options.alert_allow, trusted: options.webhook_url });
  const control = new DatabaseSync(':memory:');
  onTestFinished(() => control.close());
  const store = { insert: async () => {} } as unknown as Store;
  return {
    log,
    alerts: await openAlerts(options, { store, control, log, http, environment: {}, chartPath: () => '/' }),
    http,
  };
}

test.each(['webhook', 'alertmanager', 'alertmanager-webhook', 'slack', 'teams', 'cloudevents'])(
  'the channel %s needs nothing but its address in the environment',
  async (kind) => {
    const receiver = await receiverHere();
    const environment = {
      SEXTANT_CHANNEL: kind,
      SEXTANT_WEBHOOK_URL: receiver.url,
    };
    const { alerts, log } = await open(environment);
    expect(await alerts.test(kind)).toMatchObject({ result: 'ok' });
    expect(receiver.requests[0]?.body).toContain('This is a test');
    expect(log.warn).not.toHaveBeenCalled();
  },
);

test('the channel rollback needs a secret as well', async () => {
  const receiver = await receiverHere();
  const environment = {
    SEXTANT_CHANNEL: 'rollback',
    SEXTANT_WEBHOOK_URL: receiver.url,
  };
  await expect(open(environment)).rejects.toThrow('secrets');
  const secret = `whsk_${Buffer.alloc(32, 3).toString('base64')}`;
  const { alerts, log } = await open({ ...environment, SEXTANT_WEBHOOK_SECRET: secret });
  expect(await alerts.test('rollback')).toMatchObject({ result: 'ok' });
  expect(JSON.stringify(log.info.mock.calls)).toMatch(/whpk_/);
  expect(JSON.stringify(log.info.mock.calls)).not.toContain(secret);
});

test('an address that is not allowed is refused at the start, or told where only its name shows it', async () => {
  await expect(open({ SEXTANT_WEBHOOK_URL: 'http://169.254.169.254/latest/meta-data/' })).rejects.toThrow(
    expect.objectContaining({ code: 'destination_blocked' }),
  );
  const { log, alerts, http } = await open({ SEXTANT_WEBHOOK_URL: 'https://169.254.169.254/' });
  await vi.waitFor(() => expect(log.warn).toHaveBeenCalled());
  expect(JSON.stringify(log.warn.mock.calls)).toContain('SEXTANT_ALERT_ALLOW');
  expect(await alerts.test('webhook')).toMatchObject({ result: 'failed' });
  expect(http.blocked()).toMatchObject({ address: 2 });
});
