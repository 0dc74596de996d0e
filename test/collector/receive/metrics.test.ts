import { describe, expect, it } from 'vitest';
import { traceRequest } from '../../support/protobuf.ts';
import { startReceiver } from '../../support/receiver.ts';
import { host, logsRequest, metricsRequest } from './support/requests.ts';
import { send } from './support/send.ts';

async function scrape(receiver: Awaited<ReturnType<typeof startReceiver>>): Promise<string> {
  const answer = await send(receiver, { method: 'GET', url: '/metrics', headers: { host } });
  expect(answer.type).toBe('text/plain; version=0.0.4; charset=utf-8');
  return answer.text;
}

describe('GET /metrics', () => {
  it('is valid in the text format of Prometheus', async () => {
    const receiver = await startReceiver();
    receiver.counters.signals.logs.dropped['odd "reason"\\\n'] = 2;
    await send(receiver, { url: '/v1/nothing' });
    const lines = (await scrape(receiver)).split('\n');
    expect(lines.pop()).toBe('');
    const kinds = new Map<string, string>();
    const samples = new Set<string>();
    for (const line of lines) {
      const type = /^# TYPE (\w+) (counter|gauge)$/.exec(line);
      if (type) {
        expect(kinds.has(type[1] as string), line).toBe(false);
        kinds.set(type[1] as string, type[2] as string);
      } else if (!/^# HELP sextant_[a-z_]+ .+\.$/.test(line)) {
        const sample = /^(sextant_[a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"\})? \d+(\.\d+)?$/.exec(line);
        expect(sample, line).not.toBeNull();
        expect(kinds.get(sample?.[1] as string), line).toBeDefined();
        expect(samples.has(line.split(' ')[0] as string), line).toBe(false);
        samples.add(line.split(' ')[0] as string);
      }
    }
    for (const [name, kind] of kinds) expect(name.endsWith('_total'), name).toBe(kind === 'counter');
    expect(lines).toContain('sextant_dropped_total{reason="odd \\"reason\\"\\\\\\n"} 2');
    expect(lines).toContain('sextant_requests_refused_total{code="not_found"} 1');
  });

  it('counts items of each signal', async () => {
    const receiver = await startReceiver();
    await send(receiver, { body: traceRequest({}, { span_id: '' }) });
    await send(receiver, { url: '/v1/logs', body: logsRequest('a', 'b', 'c') });
    await send(receiver, { url: '/v1/metrics', body: metricsRequest('m', 'n') });
    const text = await scrape(receiver);
    for (const sample of [
      'sextant_spans_accepted_total 1',
      'sextant_spans_rejected_total 1',
      'sextant_log_records_accepted_total 3',
      'sextant_log_records_rejected_total 0',
      'sextant_data_points_accepted_total 2',
      'sextant_in_flight_bytes 0',
      'sextant_connections_dropped_total 0',
      'sextant_dropped_total{reason="invalid_span_id"} 1',
    ])
      expect(text.split('\n')).toContain(sample);
  });
});

describe('GET /api/stats', () => {
  it('tells the same by signal', async () => {
    const receiver = await startReceiver();
    await send(receiver, { body: traceRequest({}, { span_id: '' }) });
    await send(receiver, { url: '/v1/logs', body: logsRequest('a') });
    const answer = await send(receiver, { method: 'GET', url: '/api/stats', headers: { host } });
    expect(JSON.parse(answer.text)).toMatchObject({
      accepted: 1,
      rejected: 1,
      dropped: { invalid_span_id: 1 },
      signals: {
        traces: { accepted: 1, rejected: 1, dropped: { invalid_span_id: 1 } },
        logs: { accepted: 1, rejected: 0, dropped: {} },
        metrics: { accepted: 0, rejected: 0, dropped: {} },
      },
      in_flight_bytes: 0,
      connections: { open: 0, dropped: 0 },
    });
  });
});
