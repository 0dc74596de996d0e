import { deepStrictEqual, match, ok } from 'node:assert/strict';
import { eventually } from '../../support/spawn-collector.ts';
import type { Check } from '../check.ts';
import { expectEachOnce, expectLogs, expectTraces } from '../compare.ts';
import { whileJournalIsFull } from '../full-journal.ts';
import { every_ability, knownTelemetry, plainSpans, spansOf, withSpans } from '../known-telemetry.ts';
import type { Span } from '../otlp-json.ts';
import { type Sextant, withSextant } from '../sextant.ts';
import { type Collector, type Exporter, withCollector } from './collector.ts';
import { expectPoints, knownPoints } from './known-points.ts';

/** How the Collector hands on: one of its exporters, with an encoding and a compression. */
interface Way {
  readonly exporter: 'otlp_http' | 'otlp_grpc';
  readonly encoding?: 'proto' | 'json';
  readonly compression: 'none' | 'gzip' | 'zstd' | 'deflate';
}

const ways: readonly Way[] = [
  ...(['none', 'gzip', 'zstd', 'deflate'] as const).flatMap((compression) => [
    { exporter: 'otlp_http', encoding: 'proto', compression } as const,
    { exporter: 'otlp_http', encoding: 'json', compression } as const,
  ]),
  { exporter: 'otlp_grpc', compression: 'none' },
  { exporter: 'otlp_grpc', compression: 'gzip' },
];
/** As the Collector does it where nothing is said. */
const usual_ways: readonly Way[] = [
  { exporter: 'otlp_http', encoding: 'proto', compression: 'gzip' },
  { exporter: 'otlp_grpc', compression: 'gzip' },
];

export const collectorChecks: readonly Check[] = [
  ...ways.flatMap(arrivals),
  ...usual_ways.flatMap((way) => [...refusals(way), ...repetitions(way), partialSuccess(way)]),
];

function arrivals(way: Way): Check[] {
  const check = (signal: string, hand: (sextant: Sextant, collector: Collector) => Promise<void>): Check => ({
    name: `${title(way)}: ${signal} arrive as sent`,
    run: () =>
      withSextant({}, (sextant) =>
        withCollector(exporterOf(way, sextant), (collector) => hand(sextant, collector)),
      ),
  });
  return [
    check('traces', async (sextant, collector) => {
      const { traces } = knownTelemetry(every_ability);
      await collector.take('traces', traces);
      await untilThrough(collector, sextant);
      await expectTraces(sextant, traces);
    }),
    check('logs', async (sextant, collector) => {
      const { logs } = knownTelemetry(every_ability);
      await collector.take('logs', logs);
      await untilThrough(collector, sextant);
      await expectLogs(sextant, logs);
    }),
    check('metrics', async (sextant, collector) => {
      await collector.take('metrics', knownPoints);
      await untilThrough(collector, sextant);
      await expectPoints(sextant);
    }),
  ];
}

/** What is refused for good is sent once, and the Collector's log says why. */
function refusals(way: Way): Check[] {
  const refuse = (environment: Readonly<Record<string, string>>, said: RegExp) => () =>
    withSextant(environment, (sextant) =>
      withCollector(exporterOf(way, sextant, 'wrong'), async (collector) => {
        await collector.take('traces', plainSpans(200));
        await collector.drain();
        match(collector.said(), said);
        await expectEachOnce(sextant, []);
        const refused = Object.values((await sextant.stats()).refused).reduce((sum, count) => sum + count, 0);
        ok(refused <= 1, `It came ${refused} times.`);
      }),
    );
  return [
    {
      name: `${title(way)}: a wrong key is refused once`,
      run: refuse({ SEXTANT_KEY: 'right' }, /not retryable.*(401|Unauthenticated)/i),
    },
    {
      name: `${title(way)}: the right key lets in`,
      run: () =>
        withSextant({ SEXTANT_KEY: 'right' }, (sextant) =>
          withCollector(exporterOf(way, sextant, 'right'), async (collector) => {
            const traces = plainSpans(3);
            await collector.take('traces', traces);
            await untilThrough(collector, sextant);
            await expectEachOnce(sextant, spansOf(traces));
          }),
        ),
    },
    {
      name: `${title(way)}: a body beyond the limit is refused once`,
      run: refuse({ SEXTANT_BODY_BYTES_MAX: '2000' }, /not retryable.*(413|ResourceExhausted)/i),
    },
  ];
}

/** What cannot be taken now is sent again until it can, and stored once. */
function repetitions(way: Way): Check[] {
  return [
    {
      name: `${title(way)}: tries again when it is told that it sends too much`,
      run: () =>
        withSextant({ SEXTANT_TENANT_REQUESTS_PER_SECOND: '2' }, (sextant) =>
          withCollector(exporterOf(way, sextant), async (collector) => {
            // A burst of ten seconds is allowed, so four of these are too many.
            const requests = Array.from({ length: 24 }, () => plainSpans(1));
            for (const traces of requests) await collector.take('traces', traces);
            await untilRetried(sextant, requests.flatMap(spansOf));
            await untilThrough(collector, sextant);
            await expectEachOnce(sextant, requests.flatMap(spansOf));
            deepStrictEqual(Object.keys((await sextant.stats()).refused), ['rate_limited']);
          }),
        ),
    },
    {
      name: `${title(way)}: tries again while the journal is full`,
      run: () =>
        whileJournalIsFull(async (sextant, resumed) => {
          const traces = plainSpans(200);
          await withCollector(exporterOf(way, sextant), async (collector) => {
            await collector.take('traces', traces);
            await resumed;
            await untilRetried(sextant, spansOf(traces));
            await collector.drain();
          });
          return spansOf(traces);
        }),
    },
    {
      name: `${title(way)}: brings everything once though Sextant is killed in the middle, three times`,
      run: () =>
        withSextant({}, (sextant) =>
          withCollector(exporterOf(way, sextant), async (collector) => {
            const sent = await takeThroughKills(collector, sextant);
            await untilRetried(sextant, sent);
            await untilThrough(collector, sextant);
            await expectEachOnce(sextant, sent);
          }),
        ),
    },
  ];
}

/** Gives the Collector 300 requests; three times Sextant is killed under them and started again. */
async function takeThroughKills(collector: Collector, sextant: Sextant): Promise<readonly Span[]> {
  const sent: Span[] = [];
  const take = async (count: number) => {
    for (let requests = 0; requests < count; requests += 1) {
      const traces = plainSpans(20);
      await collector.take('traces', traces);
      sent.push(...spansOf(traces));
    }
  };
  for (let kills = 0; kills < 3; kills += 1) {
    await take(20);
    await Promise.all([take(60), sextant.kill()]);
    await Promise.all([take(20), sextant.start()]);
  }
  return sent;
}

function partialSuccess(way: Way): Check {
  return {
    name: `${title(way)}: says which part was refused`,
    run: () =>
      withSextant({}, (sextant) =>
        withCollector(exporterOf(way, sextant), async (collector) => {
          const traces = plainSpans(2);
          const [good, other] = spansOf(traces) as [Span, Span];
          const bad = { ...other, spanId: '0'.repeat(16) };
          await collector.take('traces', withSpans(traces, [good, bad]));
          await untilThrough(collector, sextant);
          match(collector.said(), /Partial success response.*span id.*"dropped_spans": 1/i);
          await expectEachOnce(sextant, [good]);
        }),
      ),
  };
}

/** What waits for its next try is lost when the Collector ends, so it must not end before this. */
async function untilRetried(sextant: Sextant, spans: readonly Span[]): Promise<void> {
  const traces = new Set(spans.map(({ traceId }) => `'${traceId}'`));
  const count = `SELECT count(*) AS count FROM spans WHERE trace_id IN (${[...traces].join()})`;
  await eventually(async () => {
    const [row] = await sextant.sql(count);
    return Number(row?.['count']) >= spans.length;
  });
}

async function untilThrough(collector: Collector, sextant: Sextant): Promise<void> {
  await collector.drain();
  await sextant.untilStored();
}

function exporterOf(way: Way, sextant: Sextant, key?: string): Exporter {
  const common = {
    compression: way.compression,
    // It tries for as long as it takes; pauses are short, so that the check is.
    retry_on_failure: { initial_interval: '100ms', max_interval: '1s', max_elapsed_time: 0 },
    sending_queue: { queue_size: 10_000, num_consumers: 4 },
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  };
  if (way.exporter === 'otlp_http')
    return { otlp_http: { ...common, endpoint: sextant.url, encoding: way.encoding } };
  const endpoint = sextant.grpc_url.replace('http://', '');
  return { otlp_grpc: { ...common, endpoint, tls: { insecure: true } } };
}

function title({ exporter, encoding, compression }: Way): string {
  return `${exporter} ${encoding ? `${encoding} ` : ''}${compression}`;
}
