import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { model, start } from '@sextant/sdk';

/**
 * What the SDK costs, beside plain OpenTelemetry doing the same by hand: same attributes, same sink, both with gzip,
 * in turns.
 * A span carries a question and an answer of 2 KB each.
 */
const ROUNDS = 15;
/** As many as the stock queue of OpenTelemetry holds: above that it drops. */
const SPANS = 2_000;
const BURST = 10_000;

export async function run(): Promise<string[]> {
  // Ours always compresses; this makes the exporter of OpenTelemetry do so too.
  process.env['OTEL_EXPORTER_OTLP_COMPRESSION'] = 'gzip';
  const sink = await startSink();
  try {
    return [...(await spanCosts(sink)), ...(await burst(sink)), ...(await importTimes())];
  } finally {
    sink.stop();
  }
}

interface Sink {
  readonly url: string;
  stop(): void;
}

interface Round {
  /** Microseconds a span takes the application itself. */
  readonly host_us: number;
  /** Microseconds of processor time a span takes until it is delivered, garbage collection included. */
  readonly cpu_us: number;
}

async function spanCosts(sink: Sink): Promise<string[]> {
  const ours = openOurs(sink.url);
  const plain = openPlain(sink.url, SPANS);
  const rounds: { ours: Round; plain: Round }[] = [];
  for (let round = 0; round < ROUNDS + 3; round += 1) {
    rounds.push({ plain: await measure(plain), ours: await measure(ours) });
  }
  await Promise.all([ours.stop(), plain.stop()]);
  // The first rounds warm up the compiler.
  const warm = rounds.slice(3);
  return (['host_us', 'cpu_us'] as const).map((figure) => {
    const ours_us = median(warm.map((round) => round.ours[figure]));
    const plain_us = median(warm.map((round) => round.plain[figure]));
    const what = figure === 'host_us' ? 'sdk span, in the application ' : 'sdk span, until delivered    ';
    const ratio = (ours_us / plain_us).toFixed(2);
    return `${what} ${ours_us.toFixed(1)} µs, plain OpenTelemetry ${plain_us.toFixed(1)} µs, ratio ${ratio} (4 KB of content)`;
  });
}

interface Traced {
  readonly span: () => void;
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function measure({ span, flush }: Traced): Promise<Round> {
  const cpu = process.cpuUsage();
  const started_ms = performance.now();
  for (let n = 0; n < SPANS; n += 1) span();
  const host_ms = performance.now() - started_ms;
  await flush();
  const { user, system } = process.cpuUsage(cpu);
  return { host_us: (host_ms * 1000) / SPANS, cpu_us: (user + system) / SPANS };
}

async function burst(sink: Sink): Promise<string[]> {
  const ours = openOurs(sink.url);
  const started_ms = performance.now();
  for (let n = 0; n < BURST; n += 1) ours.span();
  await ours.flush();
  const seconds = (performance.now() - started_ms) / 1000;
  const { delivered } = ours.stats();
  await ours.stop();

  const plain = openPlain(sink.url);
  const before = await countOf(sink);
  for (let n = 0; n < BURST; n += 1) plain.span();
  await plain.stop();
  const plainDelivered = (await countOf(sink)) - before;
  return [
    `sdk burst of ${BURST} spans     ${delivered} delivered in ${seconds.toFixed(2)} s, plain OpenTelemetry ${plainDelivered} delivered`,
  ];
}

async function importTimes(): Promise<string[]> {
  const built = existsSync(new URL('../../sdk/dist/index.js', import.meta.url));
  const conditions = built ? [] : ['--conditions=@sextant/source'];
  const ours = await importTime('@sextant/sdk', conditions);
  const trace = await importTime('@opentelemetry/sdk-trace', []);
  const node = await importTime('@opentelemetry/sdk-node', []);
  const from = built ? 'built' : 'from source, types stripped while loading';
  return [
    `sdk import                   ${ours.toFixed(0)} ms (${from}), @opentelemetry/sdk-trace ${trace.toFixed(0)} ms, @opentelemetry/sdk-node ${node.toFixed(0)} ms`,
  ];
}

async function importTime(name: string, conditions: readonly string[]): Promise<number> {
  const program = `const start = performance.now(); await import('${name}'); console.log(performance.now() - start)`;
  const cwd = fileURLToPath(new URL('../../sdk', import.meta.url));
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const args = [...conditions, '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
    times.push(Number(stdout));
  }
  return median(times);
}

const question = text(1);
const answer = text(2);
const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: question }] };
const result = {
  id: 'chatcmpl-1',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 512, completion_tokens: 480 },
};

function openOurs(url: string) {
  const handle = start({ url, serviceName: 'bench' });
  const ask = model('gpt-4o-mini', (_request: typeof request) => result, { provider: 'openai' });
  return {
    span: () => void ask(request),
    flush: () => handle.flush(60_000),
    stop: () => handle.shutdown(),
    stats: () => handle.stats(),
  };
}

/** The same span by hand, as the documentation of OpenTelemetry shows it. */
function openPlain(url: string, queueSpans?: number): Traced {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  const processor = new BatchSpanProcessor({ exporter, ...(queueSpans ? { maxQueueSize: queueSpans } : {}) });
  const provider = new TracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('bench');
  const span = () => {
    const attributes: Attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': request.model,
      'gen_ai.input.messages': JSON.stringify(
        request.messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', content }] })),
      ),
    };
    tracer.startActiveSpan(`chat ${request.model}`, { kind: SpanKind.CLIENT, attributes }, (active) => {
      active.setAttributes({
        'gen_ai.response.id': result.id,
        'gen_ai.response.model': result.model,
        'gen_ai.response.finish_reasons': result.choices.map(({ finish_reason }) => finish_reason),
        'gen_ai.usage.input_tokens': result.usage.prompt_tokens,
        'gen_ai.usage.output_tokens': result.usage.completion_tokens,
        'gen_ai.output.messages': JSON.stringify(
          result.choices.map(({ message: { role, content }, finish_reason }) => ({
            role,
            parts: [{ type: 'text', content }],
            finish_reason,
          })),
        ),
      });
      active.end();
    });
  };
  return { span, flush: () => provider.forceFlush(), stop: () => provider.shutdown() };
}

/** 2 KB of words, which compress about as well as prose. */
function text(seed: number): string {
  const words =
    'where is my order it has not arrived please check the parcel and tell me when the refund comes'.split(
      ' ',
    );
  let state = seed;
  let line = '';
  while (line.length < 2048) {
    state = (state * 48_271) % 2_147_483_647;
    line += `${words[state % words.length]} `;
  }
  return line.slice(0, 2048);
}

/** The sink is a process of its own, so that its work is not counted as ours. */
async function startSink(): Promise<Sink> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), 'sink'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] =
    (await new Promise<Buffer[]>((resolve) => child.stdout.once('data', (data) => resolve([data])))) ?? [];
  return { url: `http://127.0.0.1:${String(chunk).trim()}`, stop: () => void child.kill() };
}

async function countOf(sink: Sink): Promise<number> {
  return Number(await (await fetch(`${sink.url}/count`)).text());
}

function serveSink(): void {
  let spans = 0;
  const server = createServer(async (incoming, response) => {
    if (incoming.url === '/count') return response.end(String(spans));
    const zipped = incoming.headers['content-encoding'] === 'gzip';
    let body = '';
    for await (const chunk of zipped ? incoming.pipe(createGunzip()) : incoming) body += String(chunk);
    spans += body.split('"spanId"').length - 1;
    return response.end('{}');
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  if (process.argv[2] === 'sink') serveSink();
  else for (const line of await run()) console.log(line);
}
