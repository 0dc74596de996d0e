import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { context, propagation, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import {
  agent,
  embedding,
  type Handle,
  instrument,
  model,
  retrieval,
  type StartOptions,
  start,
  tool,
} from '@sextant/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { close, listen, type OtlpSink, startOtlpSink } from './support/otlp-sink.ts';

let handle: Handle | undefined;
const sinks: OtlpSink[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await handle?.shutdown(100);
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
});

async function openSink(options?: Parameters<typeof startOtlpSink>[0]): Promise<OtlpSink> {
  const sink = await startOtlpSink(options);
  sinks.push(sink);
  return sink;
}

function begin(options: StartOptions): Handle {
  handle = start(options);
  return handle;
}

describe('start', () => {
  it('delivers a burst of 10,000 spans of 4 KB to a collector', async () => {
    const sink = await openSink();
    const { flush, stats } = begin({ url: sink.url });
    const ask = model('m', (question: string) => question);
    const text = 'x'.repeat(2048);
    for (let n = 0; n < 10_000; n += 1) ask(text);
    await flush(60_000);
    expect(stats()).toMatchObject({ delivered: 10_000, queued: 0, dropped: { queue_full: 0 } });
    expect(new Set(sink.spans.map(({ spanId }) => spanId)).size).toBe(10_000);
  });

  it('sends gzipped OTLP with key, resource and scope', async () => {
    const sink = await openSink();
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=search,service.name=ignored,note=a%20b');
    const { flush } = begin({ serviceName: 'shop', url: `${sink.url}/`, key: 'secret', environment: 'test' });
    tool('t', () => 1)();
    await flush();
    expect(sink.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: {
        authorization: 'Bearer secret',
        'content-encoding': 'gzip',
        'content-type': 'application/json',
      },
    });
    const [{ resource, scopeSpans }] = JSON.parse(sink.bodies[0] ?? '').resourceSpans;
    const attributes = resource.attributes.map(({ key, value }: { key: string; value: object }) => [
      key,
      Object.values(value)[0],
    ]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      'service.name': 'shop',
      'deployment.environment.name': 'test',
      team: 'search',
      note: 'a b',
    });
    expect(scopeSpans[0]).toMatchObject({
      scope: { name: '@sextant/sdk' },
      schemaUrl: expect.stringContaining('1.41'),
    });
  });

  it('counts what the collector refuses of a request', async () => {
    const sink = await openSink({
      answer: (response) => response.end('{"partialSuccess":{"rejectedSpans":"1"}}'),
    });
    const { flush, stats } = begin({ url: sink.url });
    tool('t', () => 1)();
    tool('t', () => 1)();
    await flush();
    expect(stats()).toMatchObject({ delivered: 1, dropped: { rejected: 1 } });
  });

  it('says that it is already started, and keeps the first', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const first = begin({ url: 'http://127.0.0.1:9' });
    expect(start({ url: 'http://127.0.0.1:10' })).toBe(first);
    expect(await warned).toMatchObject({ name: 'SextantWarning', code: 'SEXTANT_ALREADY_STARTED' });
  });

  it('can be started again after a shutdown', async () => {
    const sink = await openSink();
    await begin({ url: sink.url }).shutdown();
    const second = begin({ url: sink.url });
    tool('t', () => 1)();
    await second.flush();
    expect(sink.spans).toHaveLength(1);
  });

  it('delivers its own spans beside another OpenTelemetry SDK, and says what it cannot', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    trace.setGlobalTracerProvider(new TracerProvider());
    const sink = await openSink();
    const { flush, shutdown } = begin({ url: sink.url });
    tool('t', () => 1)();
    trace.getTracer('theirs').startSpan('theirs').end();
    await flush();
    expect(sink.spans.map(({ name }) => name)).toEqual(['execute_tool t']);
    expect(await warned).toMatchObject({ code: 'SEXTANT_OTHER_SDK' });
    await shutdown();
    expect(trace.getTracer('theirs').startSpan('theirs').isRecording()).toBe(true);
    trace.disable();
    context.disable();
    propagation.disable();
  });

  it.each(['not an address', 'ftp://host'])(
    'does not start on an unusable address, and says why: %s',
    async (url) => {
      const warned = new Promise((resolve) => process.once('warning', resolve));
      expect(begin({ url }).running).toBe(false);
      expect(await warned).toMatchObject({
        code: 'SEXTANT_NOT_STARTED',
        message: expect.stringContaining(url),
      });
      expect(tool('t', () => 1)()).toBe(1);
    },
  );

  it('does nothing where OTEL_SDK_DISABLED says so', async () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true');
    const disabled = begin({});
    expect(disabled.running).toBe(false);
    await disabled.flush();
    await disabled.shutdown();
    expect(disabled.stats().delivered).toBe(0);
  });
});

describe('a host', () => {
  const ask = model('m', async (question: string) => question);

  it.each([
    ['is not there', undefined],
    ['answers 500', 500],
    ['answers 503', 503],
    ['never answers', 0],
  ])('is not disturbed by a collector that %s', async (_what, status) => {
    const rejections = vi.fn();
    process.on('unhandledRejection', rejections);
    const server = createServer((_request, response) => {
      if (status !== 0) response.writeHead(status ?? 200).end('no');
    });
    await listen(server, 0);
    const { port } = server.address() as { port: number };
    if (status === undefined) await close(server);
    const { flush, shutdown, stats } = begin({ url: `http://127.0.0.1:${port}`, delayMs: 1, timeoutMs: 50 });
    expect(await Promise.all(['a', 'b'].map(ask))).toEqual(['a', 'b']);
    await flush(200);
    await shutdown(50);
    const { delivered, dropped } = stats();
    expect(delivered).toBe(0);
    expect(dropped.rejected + dropped.shutdown).toBe(2);
    process.off('unhandledRejection', rejections);
    expect(rejections).not.toHaveBeenCalled();
    await close(server);
  });

  it('gets every span through once the collector comes back', async () => {
    const sink = await openSink({
      answer: (response, attempt) => (attempt <= 2 ? response.writeHead(503).end() : response.end('{}')),
    });
    const { stats } = begin({ url: sink.url, delayMs: 1 });
    await ask('x');
    await vi.waitFor(() => expect(stats().delivered).toBe(1), 10_000);
    expect(sink.spans).toHaveLength(1);
  });

  it('that forgets to flush and ends by itself loses nothing', async () => {
    const sink = await openSink();
    const program = `
      import { start, tool } from '@sextant/sdk';
      start({ url: '${sink.url}' });
      tool('last', () => 1)();
    `;
    await promisify(execFile)(process.execPath, [
      '--conditions=@sextant/source',
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect(sink.spans.map(({ name }) => name)).toEqual(['execute_tool last']);
  });
});

describe('content switched off', () => {
  const MARKER = 'ZebraMarker7';

  it('leaves the process nowhere', async () => {
    const sink = await openSink();
    const { flush } = begin({ url: sink.url, content: false });
    await everythingWith(MARKER);
    await flush();
    expect(sink.spans.length).toBeGreaterThan(8);
    expect(sink.bodies.join('')).not.toContain(MARKER);
    expect(sink.bodies.join('')).not.toContain(Buffer.from(MARKER).toString('base64').slice(0, 12));
  });

  it('and on, it is in all of these places', async () => {
    const sink = await openSink();
    const { flush } = begin({ url: sink.url });
    await everythingWith(MARKER);
    await flush();
    const missing = sink.spans.filter((span) => !JSON.stringify(span).includes(MARKER));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  async function everythingWith(text: string): Promise<void> {
    const fail = () => {
      throw new Error(text);
    };
    const answer = { id: 'r', choices: [{ message: { content: text }, finish_reason: 'stop' }] };
    const client = (body: object, status = 200) =>
      instrument(
        new OpenAI({
          apiKey: 'none',
          baseURL: 'http://provider.test/v1',
          maxRetries: 0,
          fetch: async () => Response.json(body, { status }),
        }),
      );
    const messages = [{ role: 'user' as const, content: text }];
    tool('t', (value: string) => value)(text);
    agent('a', (value: string) => ({ value }))(text);
    retrieval('r', (_query: string) => [{ id: '1', content: text }])(text);
    embedding('e', (_text: string) => [1, 2])(text);
    model('m', (_request: object) => text)({ model: 'm', messages, system: text });
    await model('m', async function* () {
      yield text;
    })().next();
    for await (const _ of model('m', async function* () {
      yield text;
    })());
    await Promise.resolve(tool('t', fail))
      .then((run) => run())
      .catch(() => {});
    await client(answer).chat.completions.create({ model: 'm', messages });
    await client({
      id: 'r',
      output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
    }).responses.create({
      model: 'm',
      input: text,
      instructions: text,
    });
    await client({ error: { message: text } }, 400)
      .chat.completions.create({ model: 'm', messages })
      .catch(() => {});
  }
});
