import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { eventually, type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const now_ms = Date.now();

interface SpanSpec {
  readonly trace: number;
  readonly name: string;
  readonly parent?: number;
  readonly attributes?: Record<string, string | number>;
  readonly error?: boolean;
}

/** A span of trace N starts N minutes ago. */
function otlp(specs: readonly SpanSpec[]) {
  const spans = specs.map(({ trace, name, parent, attributes = {}, error }, index) => {
    const start_ms = now_ms - trace * 60_000 + index;
    return {
      traceId: trace.toString(16).padStart(32, 'c'),
      spanId: (trace * 100 + index + 1).toString(16).padStart(16, 'd'),
      ...(parent === undefined
        ? {}
        : { parentSpanId: (trace * 100 + parent + 1).toString(16).padStart(16, 'd') }),
      name,
      startTimeUnixNano: `${start_ms}000000`,
      endTimeUnixNano: `${start_ms + 250}000000`,
      ...(error ? { status: { code: 2, message: 'it broke' } } : {}),
      attributes: Object.entries(attributes).map(([key, value]) => ({
        key,
        value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
      })),
    };
  });
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
}

const call = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.usage.input_tokens': 1_000_000,
  'gen_ai.usage.output_tokens': 1_000_000,
};

async function send(collector: RunningCollector, body: string) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

async function startFilled() {
  const collector = await startCollector({
    data: temporaryFolder(),
    environment: { SEXTANT_DRIFT: 'false' },
  });
  for (let trace = 1; trace <= 5; trace++) {
    await send(
      collector,
      otlp([
        { trace, name: `agent ${trace}` },
        { trace, name: 'chat', parent: 0, attributes: call },
        {
          trace,
          name: 'chat',
          parent: 0,
          attributes: { ...call, 'gen_ai.request.model': 'unheard-of' },
          error: trace === 3,
        },
      ]),
    );
  }
  await untilStored(collector);
  return collector;
}

describe('API', () => {
  it('lists traces in pages, filters them, and sums what single calls cost', async () => {
    const collector = await startFilled();
    const names = async (query: string) => {
      const { traces } = (await collector.get(`/api/traces?${query}`)) as {
        traces: Record<string, unknown>[];
      };
      return traces.map((trace) => trace['name']);
    };
    expect(await names('')).toEqual(['agent 1', 'agent 2', 'agent 3', 'agent 4', 'agent 5']);
    expect(await names('status=error')).toEqual(['agent 3']);
    expect(await names('from=-150s')).toEqual(['agent 1', 'agent 2']);
    expect(await names('text=AGENT 4')).toEqual(['agent 4']);
    expect(await names('service=other')).toEqual([]);
    const seen: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page++) {
      const answer = await collector.get(`/api/traces?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(answer['traces'] as Record<string, unknown>[]).map((trace) => trace['name']));
      cursor = answer['next_cursor'] as string;
      if (!cursor) break;
    }
    expect(seen).toEqual(['agent 1', 'agent 2', 'agent 3', 'agent 4', 'agent 5']);
    const [first] = (await collector.get('/api/traces?limit=1'))['traces'] as Record<string, unknown>[];
    // 15 cents for a million tokens in and 60 for a million out; the other model has no price.
    expect(first).toMatchObject({
      span_count: 3,
      models: ['gpt-4o-mini', 'unheard-of'],
      input_tokens: 2_000_000,
      output_tokens: 2_000_000,
      cost_usd: 0.75,
      unpriced_calls: 1,
      has_root: true,
    });
  });

  it('gives a trace in outline and a span whole', async () => {
    const collector = await startFilled();
    const [trace] = (await collector.get('/api/traces?status=error'))['traces'] as Record<string, string>[];
    const { spans } = (await collector.get(`/api/traces/${trace!['trace_id']}`)) as {
      spans: Record<string, unknown>[];
    };
    expect(spans.map((span) => [span['name'], span['start_us']])).toEqual([
      ['agent 3', 0],
      ['chat', 1_000],
      ['chat', 2_000],
    ]);
    const path = `/api/traces/${trace!['trace_id']}/spans/${spans[2]!['span_id']}`;
    expect((await collector.get(path))['span']).toMatchObject({
      status: 'error',
      status_message: 'it broke',
      cost_usd: null,
      cost_method: 'unpriced',
      attributes: expect.objectContaining({ 'gen_ai.request.model': 'unheard-of' }),
    });
    const missing = await fetch(`${collector.url}/api/traces/${'0'.repeat(32)}`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ code: 'not_found' });
  });

  it('answers what there is, over time, in SQL, and about itself', async () => {
    const collector = await startFilled();
    expect(await collector.get('/api/facets')).toMatchObject({ services: [{ value: 'shop', count: 5 }] });
    const { points } = (await collector.get('/api/timeline?from=-1h&to=now')) as {
      points: Record<string, number>[];
    };
    expect(points.reduce((sum, point) => sum + point['spans']!, 0)).toBe(15);
    expect(await collector.sql('SELECT sum(cost_usd) AS cost FROM spans')).toEqual([{ cost: 3.75 }]);
    await expect(collector.sql('DROP TABLE spans')).rejects.toThrow(/could not be run/);
    await expect(collector.sql('SELECT * FROM nothing')).rejects.toThrow(/no table nothing/);
    expect(await collector.get('/api/stats')).toMatchObject({
      accepted: 15,
      stored: 15,
      rejected: 0,
      duplicated: 0,
    });
    const metrics = await (await fetch(`${collector.url}/metrics`)).text();
    expect(metrics).toContain('\nsextant_spans_accepted_total 15\n');
    const openapi = (await collector.get('/api/openapi.json')) as { paths: object };
    for (const path of ['/api/traces', '/api/sql', '/api/alerts', '/api/detect'])
      expect(openapi.paths).toHaveProperty([path]);
    for (const path of ['/api/traces?limit=0', '/api/traces?from=soon', '/api/traces?cursor=x']) {
      expect((await fetch(collector.url + path)).status, path).toBe(400);
    }
  });
});

describe('store process', () => {
  it('is started again when it dies, while senders are still answered', async () => {
    const collector = await startFilled();
    const killed = execFileSync('pgrep', ['-P', String(collector.pid)], { encoding: 'utf8' }).trim();
    process.kill(Number(killed), 'SIGKILL');
    await send(collector, otlp([{ trace: 6, name: 'sent meanwhile' }]));
    await eventually(async () => (await fetch(`${collector.url}/readyz`)).ok, collector.said);
    await untilStored(collector);
    expect(
      await collector.sql(
        "SELECT count(*) AS n, count(*) FILTER (name = 'sent meanwhile') AS new FROM spans",
      ),
    ).toEqual([{ n: 16, new: 1 }]);
    expect(((await collector.get('/api/stats'))['store'] as { restarts: number }).restarts).toBe(1);
  });
});
