import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { enforceScopes } from '../../../collector/src/access/route-scope.ts';
import { routeSignals } from '../../../collector/src/api/signals.ts';
import { SextantError } from '../../../collector/src/errors.ts';
import { createLog } from '../../../collector/src/log.ts';
import { openDuckDbStore } from '../../../collector/src/stores/duckdb/store.ts';
import {
  amendment,
  logRow,
  metricRow,
  noon_us,
  recordWith,
  second_us,
  traceId,
} from '../../contracts/store/rows.ts';
import { temporaryFolder } from '../../support/folder.ts';

const now_ms = noon_us / 1000 + 60_000;

async function start() {
  const folder = temporaryFolder();
  const control = new DatabaseSync(join(folder, 'control.db'));
  const store = await openDuckDbStore({
    folder: join(folder, 'days'),
    memory_bytes: 256 * 2 ** 20,
    log: createLog(() => undefined),
    control,
    query_timeout_ms: 20_000,
    deduplication_hours: 48,
  });
  const server = fastify();
  enforceScopes(server, ({ headers }) => ({
    tenant: String(headers['x-tenant'] ?? 'default'),
    scopes: new Set(['read']),
    actor: 'test',
  }));
  server.setErrorHandler(async (error, _, reply) => {
    if (error instanceof SextantError) return reply.code(error.status).send({ code: error.code });
    throw error;
  });
  routeSignals(server, { store, now_ms: () => now_ms });
  onTestFinished(async () => {
    await server.close();
    await store.close();
    control.close();
  });
  const get = async (url: string, tenant = 'default') => {
    const response = await server.inject({ url, headers: { 'x-tenant': tenant } });
    return { status: response.statusCode, body: response.json() };
  };
  return { store, get };
}

it('gives the logs of a trace, with the messages they point to', async () => {
  const { store, get } = await start();
  const said = amendment(1, { question: 'Where is my order?', answer: 'On its way.' });
  const { input_messages = null, output_messages = null } = said.columns;
  const first = logRow(1, {
    event_name: 'gen_ai.choice',
    input_messages,
    output_messages,
    body: '{"index":0}',
  });
  const second = logRow(1, { time: noon_us + 2 * second_us, input_messages });
  await store.append({ records: [recordWith(100, { logs: [second, first], amendments: [said] })] });

  const { status, body } = await get(`/api/traces/${traceId(1)}/logs`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ trace_id: traceId(1), truncated: false });
  expect(body.logs).toMatchObject([
    {
      event_name: 'gen_ai.choice',
      body: { index: 0 },
      attributes: { number: 1 },
      input_messages,
      output_messages,
    },
    { event_name: null, body: null, time: '2025-03-10T12:00:02.000Z', input_messages, output_messages: [] },
  ]);
  expect(body.messages).toEqual([
    message('user', 'Where is my order?', input_messages),
    message('assistant', 'On its way.', output_messages),
  ]);

  const cut = (await get(`/api/traces/${traceId(1)}/logs?limit=1`)).body;
  expect([cut.logs.length, cut.truncated]).toEqual([1, true]);
  const other = (await get(`/api/traces/${traceId(1)}/logs`, 'other')).body;
  expect(other).toEqual({ trace_id: traceId(1), logs: [], messages: [], truncated: false });
  for (const limit of ['0', '1001', 'x'])
    expect((await get(`/api/traces/${traceId(1)}/logs?limit=${limit}`)).status).toBe(400);
});

it('gives metrics by name, in a range of times', async () => {
  const { store, get } = await start();
  const metrics = [
    metricRow('queue', { value: 3, service: 'shop' }),
    metricRow('latency', {
      kind: 'histogram',
      unit: 's',
      count: 4,
      sum: 2.5,
      value: null,
      time: noon_us - 3_600 * second_us,
    }),
    metricRow('secret', { tenant: 'other' }),
  ];
  await store.append({ records: [recordWith(100, { metrics })] });

  const { body } = await get('/api/metrics');
  expect(body.truncated).toBe(false);
  expect(body.metrics).toMatchObject([
    { name: 'latency', kind: 'histogram', unit: 's', latest_count: 4, latest_sum: 2.5, latest_value: null },
    { name: 'queue', service: 'shop', latest_value: 3, last_time: '2025-03-10T12:00:00.000Z' },
  ]);
  const names = async (query: string) => {
    const answer = (await get(`/api/metrics?${query}`)).body;
    return answer.metrics.map((metric: { name: string }) => metric.name);
  };
  expect(await names('from=-5m')).toEqual(['queue']);
  expect(await names('to=-5m')).toEqual(['latency']);
  expect(await names('service=shop')).toEqual(['queue']);
  expect(await names('name=latency')).toEqual(['latency']);
  expect((await get('/api/metrics?limit=1')).body).toMatchObject({
    truncated: true,
    metrics: [{ name: 'latency' }],
  });
  expect(await get('/api/metrics?from=yesterday')).toEqual({ status: 400, body: { code: 'bad_request' } });
});

function message(role: string, content: string, hashes: readonly string[] | null) {
  return { message_hash: hashes?.[0], role, content: { role, parts: [{ type: 'text', content }] } };
}
