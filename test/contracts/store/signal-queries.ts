import { describe, expect, test } from 'vitest';
import type { QueryValue, Row } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import {
  day_us,
  logRow,
  message,
  metricRow,
  noon_us,
  recordWith,
  second_us,
  spanId,
  traceId,
} from './rows.ts';

/** The named queries about log records and metrics answer alike in every dialect. */
export function signalQueryTests(open: OpenStore): void {
  const under = useStore(open);
  type Parameters = Readonly<Record<string, QueryValue>>;

  describe('the logs of a trace', () => {
    const ask = (parameters: Parameters = {}) =>
      under.store.query('trace_logs', { tenant: 'default', trace_id: traceId(1), limit: 100, ...parameters });

    test('are all it has, oldest first, of any day', async () => {
      const of = { trace_id: traceId(1) };
      const logs = [
        logRow(9, { ...of, time: noon_us + day_us, event_name: 'last' }),
        logRow(1, { time: noon_us + second_us, event_name: 'second' }),
        logRow(3, { ...of, span_id: null, time: noon_us, event_name: 'first' }),
        logRow(2),
        logRow(1, { tenant: 'other' }),
        logRow(4, { trace_id: null }),
      ];
      await under.store.append({ records: [recordWith(100, { logs })] });
      const rows = await ask();
      expect(rows.map((row) => [row['event_name'], row['time'], row['span_id']])).toEqual([
        ['first', noon_us, null],
        ['second', noon_us + second_us, spanId(1)],
        ['last', noon_us + day_us, spanId(9)],
      ]);
      expect((await ask({ limit: 2 })).map((row) => row['event_name'])).toEqual(['first', 'second']);
      expect(await ask({ trace_id: traceId(7) })).toEqual([]);
    });

    test('have their columns, and null for what is unknown', async () => {
      const { message_hash } = message('user', 'question 1');
      const known = {
        service: 'shop',
        severity_number: 17,
        severity_text: 'ERROR',
        event_name: 'gen_ai.user.message',
        input_messages: [message_hash],
        output_messages: [message_hash],
        body: '{"role":"user"}',
        resource: '{"service.name":"shop"}',
      };
      const logs = [logRow(1, known), logRow(1, { time: noon_us + 2 * second_us, span_id: null })];
      await under.store.append({ records: [recordWith(100, { logs })] });
      const [first, second] = await ask();
      expect(first).toEqual({
        time: noon_us + second_us,
        span_id: spanId(1),
        attributes: '{"number":1}',
        ...known,
      });
      expect(second).toEqual({
        time: noon_us + 2 * second_us,
        attributes: '{"number":1}',
        resource: '{}',
        ...Object.fromEntries(
          [...Object.keys(known).filter((name) => name !== 'resource'), 'span_id'].map((name) => [
            name,
            null,
          ]),
        ),
      });
    });
  });

  describe('metrics', () => {
    const everything = {
      tenant: 'default',
      from_us: null,
      to_us: null,
      service: null,
      name: null,
      limit: 100,
    };
    const ask = (parameters: Parameters = {}) =>
      under.store.query('metrics', { ...everything, ...parameters });
    const named = async (parameters: Parameters) => (await ask(parameters)).map((row) => row['name']);

    async function store(...metrics: ReturnType<typeof metricRow>[]): Promise<void> {
      await under.store.append({ records: [recordWith(100, { metrics })] });
    }

    test('show the newest point and the range of each', async () => {
      const histogram = {
        kind: 'histogram',
        unit: 's',
        temporality: 'delta',
        value: null,
        service: 'shop',
      } as const;
      await store(
        metricRow('queue', { value: 3, time: noon_us + 2 * second_us }),
        metricRow('queue', { value: -7, time: noon_us + second_us }),
        metricRow('queue', { value: 5, time: noon_us }),
        metricRow('latency', { ...histogram, count: 4, sum: 2.5, minimum: 0.5, maximum: 1, time: noon_us }),
        metricRow('latency', {
          ...histogram,
          count: 2,
          sum: 6,
          minimum: 0.25,
          maximum: 5.75,
          time: noon_us + day_us,
        }),
      );
      const unknown: Row = {
        service: null,
        unit: null,
        temporality: null,
        latest_count: null,
        latest_sum: null,
      };
      expect(await ask()).toEqual([
        {
          ...{
            name: 'latency',
            service: 'shop',
            kind: 'histogram',
            unit: 's',
            temporality: 'delta',
            points: 2,
          },
          ...{ first_time: noon_us, last_time: noon_us + day_us },
          ...{ latest_value: null, latest_count: 2, latest_sum: 6, minimum: 0.25, maximum: 5.75 },
        },
        {
          ...unknown,
          ...{ name: 'queue', kind: 'gauge', points: 3 },
          ...{ first_time: noon_us, last_time: noon_us + 2 * second_us },
          ...{ latest_value: 3, minimum: -7, maximum: 5 },
        },
      ]);
    });

    test('are apart by service, kind and unit', async () => {
      await store(
        metricRow('a', { service: 'shop' }),
        metricRow('a', { service: 'travel' }),
        metricRow('a', { service: 'travel', unit: 's' }),
        metricRow('a'),
        metricRow('a', { kind: 'sum' }),
      );
      const rows = await ask();
      expect(rows.map((row) => [row['service'], row['kind'], row['unit'], row['points']])).toEqual([
        [null, 'gauge', null, 1],
        [null, 'sum', null, 1],
        ['shop', 'gauge', null, 1],
        ['travel', 'gauge', null, 1],
        ['travel', 'gauge', 's', 1],
      ]);
    });

    test('are chosen by range, service, name and tenant', async () => {
      await store(
        metricRow('a', { service: 'shop' }),
        metricRow('b', { time: noon_us + second_us }),
        metricRow('c', { tenant: 'other' }),
      );
      expect(await named({})).toEqual(['a', 'b']);
      expect(await named({ limit: 1 })).toEqual(['a']);
      expect(await named({ from_us: noon_us, to_us: noon_us + second_us })).toEqual(['a']);
      expect(await named({ from_us: noon_us + 1 })).toEqual(['b']);
      expect(await named({ service: 'shop' })).toEqual(['a']);
      expect(await named({ name: 'b' })).toEqual(['b']);
      expect(await named({ tenant: 'other' })).toEqual(['c']);
    });

    test('without a value have none', async () => {
      await store(metricRow('a', { value: 2 }), metricRow('a', { value: null, time: noon_us + second_us }));
      expect(await ask()).toMatchObject([{ points: 2, latest_value: null, minimum: 2, maximum: 2 }]);
    });
  });
}
