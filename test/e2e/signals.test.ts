import { expect, it } from 'vitest';
import { type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const traceId = 'c'.repeat(32);
const spanId = 'd'.repeat(16);
const start_ms = Date.now() - 60_000;
const nanoseconds = (milliseconds: number) => `${milliseconds}000000`;
const string = (value: string) => ({ stringValue: value });
const attribute = (key: string, value: string) => ({ key, value: string(value) });
const resource = { attributes: [attribute('service.name', 'shop')] };

async function send(collector: RunningCollector, signal: string, request: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request);
  const response = await fetch(`${collector.url}/v1/${signal}`, { method: 'POST', headers, body });
  expect([signal, response.status, await response.json()]).toEqual([signal, 200, {}]);
}

function sendEvent(collector: RunningCollector, eventName: string, fields: object): Promise<void> {
  const record = { traceId, spanId, timeUnixNano: nanoseconds(start_ms + 1), eventName, ...fields };
  return send(collector, 'logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
}

function sendSpan(collector: RunningCollector): Promise<void> {
  const attributes = [
    attribute('gen_ai.operation.name', 'chat'),
    attribute('gen_ai.request.model', 'gpt-4o-mini'),
  ];
  const times = { startTimeUnixNano: nanoseconds(start_ms), endTimeUnixNano: nanoseconds(start_ms + 500) };
  const span = { traceId, spanId, name: 'chat gpt-4o-mini', ...times, attributes };
  return send(collector, 'traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
}

function sendMetric(collector: RunningCollector): Promise<void> {
  const point = {
    timeUnixNano: nanoseconds(start_ms),
    count: '3',
    sum: 120,
    bucketCounts: ['1', '2'],
    explicitBounds: [64],
  };
  const histogram = { aggregationTemporality: 1, dataPoints: [point] };
  const metric = { name: 'gen_ai.client.token.usage', unit: '{token}', histogram };
  return send(collector, 'metrics', {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }],
  });
}

it('content in log records, evaluations and metrics arrive with their span', {
  timeout: 60_000,
}, async () => {
  const collector = await startCollector({
    data: temporaryFolder(),
    environment: { SEXTANT_DRIFT: 'false' },
  });
  const asked = { body: { kvlistValue: { values: [attribute('content', 'Where is my order?')] } } };
  const message = {
    kvlistValue: { values: [attribute('role', 'assistant'), attribute('content', 'On its way.')] },
  };
  const chose = {
    body: {
      kvlistValue: { values: [attribute('finish_reason', 'stop'), { key: 'message', value: message }] },
    },
  };
  const judged = [
    attribute('gen_ai.evaluation.name', 'relevance'),
    { key: 'gen_ai.evaluation.score.value', value: { doubleValue: 0.75 } },
  ];
  // What was asked comes before its span, what was answered after it.
  await sendEvent(collector, 'gen_ai.user.message', asked);
  await untilStored(collector);
  await sendSpan(collector);
  await untilStored(collector);
  await sendEvent(collector, 'gen_ai.choice', chose);
  await sendEvent(collector, 'gen_ai.evaluation.result', { attributes: judged });
  await sendMetric(collector);
  await untilStored(collector);

  const shown = await collector.get(`/api/traces/${traceId}/spans/${spanId}`);
  expect(shown).toMatchObject({
    span: { finish_reasons: ['stop'] },
    input_messages: [{ role: 'user', content: { parts: [{ type: 'text', content: 'Where is my order?' }] } }],
    output_messages: [{ role: 'assistant', content: { parts: [{ type: 'text', content: 'On its way.' }] } }],
  });
  const { logs } = (await collector.get(`/api/traces/${traceId}/logs`)) as { logs: { event_name: string }[] };
  expect(logs.map((row) => row.event_name).sort()).toEqual([
    'gen_ai.choice',
    'gen_ai.evaluation.result',
    'gen_ai.user.message',
  ]);
  expect(await collector.get('/api/metrics')).toMatchObject({
    metrics: [{ name: 'gen_ai.client.token.usage', service: 'shop', latest_count: 3, latest_sum: 120 }],
  });
  expect(await collector.sql('SELECT name, value, source, trace_id FROM scores')).toEqual([
    { name: 'relevance', value: 0.75, source: 'judge', trace_id: traceId },
  ]);
});
