import { deepStrictEqual, match } from 'node:assert/strict';
import type { Check } from './check.ts';
import { expectEachOnce, expectLogs, expectTraces } from './compare.ts';
import { expectMetrics } from './compare-metrics.ts';
import { whileJournalIsFull } from './full-journal.ts';
import { instruments } from './known-metrics.ts';
import { attribute, knownTelemetry, plainSpans, spansOf, withSpans } from './known-telemetry.ts';
import type { AnyValue, Span } from './otlp-json.ts';
import { type Destination, type Sdk, sendWithSdk, type Way } from './sdk.ts';
import { type Sextant, withSextant } from './sextant.ts';

/** What must hold for every SDK. */
export function sdkChecks(sdk: Sdk): readonly Check[] {
  return [
    ...sdk.ways.flatMap((way) => arrivals(sdk, way)),
    ...sdk.ways.filter(isPlain).flatMap((way) => refusals(sdk, way)),
    ...sdk.retrying.flatMap((way) => repetitions(sdk, way)),
    ...sdk.reporting.map((way) => partialSuccess(sdk, way)),
  ];
}

function isPlain({ compression }: Way): boolean {
  return compression === 'none';
}

function arrivals(sdk: Sdk, way: Way): Check[] {
  const check = (signal: string, send: (sextant: Sextant) => Promise<void>): Check => ({
    name: `${title(way)}: ${signal} arrive as sent`,
    run: () => withSextant({}, send),
  });
  return [
    check('traces', async (sextant) => {
      const { traces } = knownTelemetry(sdk.abilities);
      await sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 512, traces });
      await sextant.untilStored();
      await expectTraces(sextant, traces);
    }),
    check('logs', async (sextant) => {
      const { logs } = knownTelemetry(sdk.abilities);
      await sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 512, logs });
      await sextant.untilStored();
      await expectLogs(sextant, logs);
    }),
    check('metrics', async (sextant) => {
      const [{ resource, scopeSpans }] = knownTelemetry(sdk.abilities).traces.resourceSpans;
      const [{ scope, schemaUrl }] = scopeSpans;
      const metrics = { resource, scope, schemaUrl, instruments };
      await sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 512, metrics });
      await sextant.untilStored();
      await expectMetrics(sextant, metrics);
    }),
  ];
}

/** What is refused for good is sent once, and the application's log says why. */
function refusals(sdk: Sdk, way: Way): Check[] {
  const send = (to: Destination, count: number) =>
    sendWithSdk(sdk, way, to, { batch_size: 512, traces: plainSpans(count) });
  return [
    {
      name: `${title(way)}: a wrong key is refused once, the right one lets in`,
      run: () =>
        withSextant({ SEXTANT_KEY: 'right' }, async (sextant) => {
          const to = addressOf(sextant, way);
          match(await send({ ...to, key: 'wrong' }, 3), /401|unauth/i);
          deepStrictEqual((await sextant.stats()).refused, { unauthenticated: 1 });
          const traces = plainSpans(3);
          await sendWithSdk(sdk, way, { ...to, key: 'right' }, { batch_size: 512, traces });
          await sextant.untilStored();
          await expectEachOnce(sextant, spansOf(traces));
        }),
    },
    {
      name: `${title(way)}: a body beyond the limit is refused`,
      run: () =>
        withSextant({ SEXTANT_BODY_BYTES_MAX: '2000' }, async (sextant) => {
          // Some try again for a while what gRPC calls exhausted, whatever its details say.
          const said = await send({ ...addressOf(sextant, way), patience_s: 3 }, 200);
          match(said, /413|too large|exhausted/i);
          await expectEachOnce(sextant, []);
          if (way.protocol !== 'grpc') deepStrictEqual((await sextant.stats()).refused, { too_large: 1 });
        }),
    },
  ];
}

/** What cannot be taken now is sent again until it can, and stored once. */
function repetitions(sdk: Sdk, way: Way): Check[] {
  return [
    {
      name: `${title(way)}: waits for a collector that is not there yet`,
      run: () =>
        withSextant({}, async (sextant) => {
          await sextant.kill();
          const traces = plainSpans(3);
          const sending = sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 512, traces });
          await Promise.all([sending, sextant.start()]);
          await sextant.untilStored();
          await expectEachOnce(sextant, spansOf(traces));
        }),
    },
    {
      name: `${title(way)}: tries again when it is told that it sends too much`,
      run: () =>
        withSextant({ SEXTANT_TENANT_REQUESTS_PER_SECOND: '2' }, async (sextant) => {
          // A burst of ten seconds is allowed, so four of these are too many.
          const traces = plainSpans(24);
          await sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 1, traces });
          await sextant.untilStored();
          await expectEachOnce(sextant, spansOf(traces));
          deepStrictEqual(Object.keys((await sextant.stats()).refused), ['rate_limited']);
        }),
    },
    {
      name: `${title(way)}: tries again while the journal is full`,
      run: () =>
        whileJournalIsFull(async (sextant) => {
          const traces = plainSpans(200);
          await sendWithSdk(sdk, way, addressOf(sextant, way), { batch_size: 512, traces });
          return spansOf(traces);
        }),
    },
  ];
}

function partialSuccess(sdk: Sdk, way: Way): Check {
  return {
    name: `${title(way)}: says which part was refused`,
    run: () =>
      withSextant({}, async (sextant) => {
        const traces = plainSpans(2);
        const [good, other] = spansOf(traces) as [Span, Span];
        const bad: Span = { ...other, spanId: '0'.repeat(16) };
        const deep = { ...good, attributes: [attribute('deep', nested(40))] };
        const order = { batch_size: 512, traces: withSpans(traces, [deep, bad]) };
        const said = await sendWithSdk(sdk, way, addressOf(sextant, way), order);
        match(said, /rejected_?spans\W+1/i);
        match(said, /span id/i);
        match(said, /deep/);
        await sextant.untilStored();
        await expectEachOnce(sextant, [good]);
      }),
  };
}

function nested(depth: number): AnyValue {
  return { arrayValue: { values: [depth === 0 ? {} : nested(depth - 1)] } };
}

function addressOf(sextant: Sextant, { protocol }: Way): Destination {
  return { url: protocol === 'grpc' ? sextant.grpc_url : sextant.url, patience_s: 60 };
}

function title({ protocol, compression }: Way): string {
  return isPlain({ protocol, compression }) ? protocol : `${protocol} ${compression}`;
}
