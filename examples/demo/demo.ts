import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { instrument, start } from '@sextant/sdk';
import OpenAI from 'openai';
import { loadHandbook } from '../support-agent/handbook.ts';
import { startStubServer } from '../support-agent/stub-server.ts';
import { createClock } from './clock.ts';
import { startCollector } from './collector.ts';
import { openDataFolder } from './data-folder.ts';
import { DemoError } from './demo-error.ts';
import { createOutput } from './output.ts';
import { type Alert, startReceiver } from './receiver.ts';
import { startRelay } from './relay.ts';
import { runShop, shop_minutes } from './shop.ts';

/** The time all minutes of the shop take, as long as the machine keeps up. */
const shop_real_ms = 50_000;
const minute_real_ms = shop_real_ms / shop_minutes;
/** An alert comes seconds after its window; something is wrong when it takes longer than this. */
const alert_limit_ms = 60_000;

const output = createOutput(process.stdout);
const opened: { close(): Promise<void> }[] = [];
const failure = Promise.withResolvers<never>();
const stopped = askedToStop();
try {
  // The user may stop the demo at any moment: closing the parts ends what is under way.
  await Promise.race([runDemo(), failure.promise, stopped]);
  await Promise.race([failure.promise, stopped]);
} catch (error) {
  output.progress('');
  console.error(error instanceof DemoError ? error.message : error);
  process.exitCode = 1;
}
for (const part of opened.toReversed()) await part.close();
output.progress('');
process.exit();

async function runDemo(): Promise<void> {
  output.line('A support agent of a furniture shop. Its users, its model and its clock are simulated.\n');
  const { url, receiver, clock, client, flush } = await openAll();
  const hours = shop_minutes / 60;
  output.line(`\nThe last ${hours} hours of the shop, in about ${shop_real_ms / 1000} seconds:\n`);
  const closing = new AbortController();
  const shop = runShop({
    ...{ client, clock, flush, minute_real_ms, signal: closing.signal },
    handbook: await loadHandbook(client),
    onPhase: (happens, time_ms) => output.line(`  ${clockTime(time_ms)}  ${happens}`),
    onMinute: (minutes) => output.progress(`  ${Math.round((100 * minutes) / shop_minutes)} %`),
  });
  keep({
    async close() {
      closing.abort();
      await Promise.allSettled([shop]);
    },
  });
  const alert = Promise.race([receiver.alert, shop.then(noAlert)]);
  await Promise.all([shop, alert.then(printAlert)]);
  printLinks(url, await alert);
}

async function noAlert(): Promise<never> {
  output.progress('  Waiting for the alert.');
  await sleep(alert_limit_ms);
  throw new DemoError(`No alert came within ${alert_limit_ms / 1000} seconds. That is a fault of Sextant.`);
}

/** Everything the demo is made of, each part closed when it ends. */
async function openAll() {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const receiver = keep(await startReceiver({ secret }));
  const data = keep(await openDataFolder(process.env['SEXTANT_DATA']));
  const collector = keep(
    startCollector({
      data: data.path,
      port: process.env['SEXTANT_PORT'] || '4318',
      webhook_url: receiver.url,
      webhook_secret: secret,
      onFailure: failure.reject,
    }),
  );
  const url = await collector.ready;
  const stub = keep(await startStubServer({ pace_ms: 4 }));
  const clock = createClock({ minutes: shop_minutes, minute_real_ms });
  const relay = keep(await startRelay({ collector_url: url, clock }));
  const sextant = start({
    serviceName: 'support-agent',
    url: relay.url,
    environment: 'demo',
    resourceAttributes: { 'example.simulated': true },
  });
  keep({ close: () => sextant.shutdown() });
  output.line(`Collector and page  ${url}`);
  output.line(`Webhook receiver    ${receiver.url}`);
  output.line(`Data                ${data.path}${data.is_temporary ? ', removed at the end' : ''}`);
  const client = instrument(new OpenAI({ baseURL: stub.url, apiKey: 'simulated' }));
  return { url, receiver, clock, client, flush: () => sextant.flush() };
}

function keep<Part extends { close(): Promise<void> }>(part: Part): Part {
  opened.push(part);
  return part;
}

function printAlert({ summary, verdict }: Alert): void {
  output.line('\nA webhook arrived, and its signature is good:\n');
  output.line(`  ${summary}`);
  output.line(`  ${verdict.why}\n`);
}

function printLinks(url: string, alert: Alert): void {
  const { feature, example_trace_ids } = alert;
  output.line(`Look at\n`);
  output.line(`  the traces          ${url}/traces?range=6h`);
  output.line(`  an example trace    ${url}/traces/${example_trace_ids[0]}`);
  output.line(`  the drift           ${url}/drift?${new URLSearchParams({ range: '6h', feature })}`);
  output.line(`  the alert           ${alert.url}`);
  output.line(`\nCtrl-C ends the demo.`);
}

/** Hours and minutes in UTC, as the summary of an alert gives them. */
function clockTime(time_ms: number): string {
  return `${new Date(time_ms).toISOString().slice(11, 16)} UTC`;
}

/** Resolves at Ctrl-C. Package runners pass on what the terminal has sent already, so only the first counts. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}
