import type { Attributes } from '@opentelemetry/api';
import type { Capture } from './runtime.ts';

/** What `start` takes. Everything is optional; what is not given comes from the environment, then the default. */
export interface StartOptions {
  readonly serviceName?: string;
  readonly url?: string;
  readonly key?: string;
  readonly environment?: string;
  readonly content?: boolean;
  readonly vectors?: boolean;
  readonly contentCharsMax?: number;
  readonly queueBytesMax?: number;
  readonly batchSpansMax?: number;
  readonly delayMs?: number;
  readonly timeoutMs?: number;
  readonly resourceAttributes?: Attributes;
}

interface OptionEntry {
  /** Variables asked in this order; the first that is set wins. */
  readonly environment: readonly string[];
  readonly default: string | number | boolean | null;
  readonly unit: string;
  readonly sentence: string;
}

const MIB = 1024 * 1024;

/** Every option of the SDK, once. The table in README.md is held to it by a test. */
export const option_table = {
  serviceName: entry(['OTEL_SERVICE_NAME'], null, '', 'Name of the application.'),
  url: entry(['SEXTANT_URL'], 'http://127.0.0.1:4318', '', 'Address of the collector.'),
  key: entry(['SEXTANT_KEY'], null, '', 'API key, sent as a bearer token.'),
  environment: entry([], null, '', 'Deployment environment, such as production.'),
  content: entry(
    ['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'],
    true,
    '',
    'Record messages, tool arguments and results, documents, texts of errors.',
  ),
  vectors: entry([], true, '', 'Record embedding vectors.'),
  contentCharsMax: entry([], 256 * 1024, 'characters', 'Most characters of one content attribute.'),
  queueBytesMax: entry(
    [],
    64 * MIB,
    'bytes',
    'Spans waiting to be sent; above it new ones are dropped and counted.',
  ),
  batchSpansMax: entry(['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], 512, 'spans', 'Most spans in one request.'),
  delayMs: entry(['OTEL_BSP_SCHEDULE_DELAY'], 1000, 'ms', 'Longest wait before spans are sent.'),
  timeoutMs: entry(
    ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    10_000,
    'ms',
    'Longest time one request may take.',
  ),
} as const satisfies Record<string, OptionEntry>;

/** Options after the environment and the defaults were asked. */
export interface ResolvedOptions {
  readonly disabled: boolean;
  /** Where traces are posted, with path. */
  readonly tracesUrl: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly resourceAttributes: Attributes;
  readonly capture: Capture;
  readonly queueBytesMax: number;
  readonly batchSpansMax: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws TypeError for an address that is not one */
export function resolveOptions(given: StartOptions, environment: Environment = process.env): ResolvedOptions {
  return {
    disabled: boolean(environment['OTEL_SDK_DISABLED']) === true,
    ...destination(given, environment),
    resourceAttributes: resourceAttributes(given, environment),
    capture: {
      content: given.content ?? contentFrom(environment),
      vectors: given.vectors ?? option_table.vectors.default,
      contentCharsMax: given.contentCharsMax ?? option_table.contentCharsMax.default,
    },
    queueBytesMax: given.queueBytesMax ?? option_table.queueBytesMax.default,
    batchSpansMax: given.batchSpansMax ?? number('batchSpansMax', environment),
    delayMs: given.delayMs ?? number('delayMs', environment),
    timeoutMs: given.timeoutMs ?? number('timeoutMs', environment),
  };
}

/** What may be captured when `start` was never called and the application brings its own OpenTelemetry SDK. */
export function captureFromEnvironment(environment: Environment = process.env): Capture {
  return {
    content: contentFrom(environment),
    vectors: option_table.vectors.default,
    contentCharsMax: option_table.contentCharsMax.default,
  };
}

function entry<const Default extends string | number | boolean | null>(
  environment: readonly string[],
  fallback: Default,
  unit: string,
  sentence: string,
) {
  return { environment, default: fallback as Widened<Default>, unit, sentence };
}

type Widened<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;

/**
 * The collector of Sextant where one is named; else the endpoint of the OTEL variables with its headers; else the
 * default. Headers meant for another vendor's endpoint are never sent to ours.
 */
function destination(given: StartOptions, environment: Environment) {
  const key = given.key ?? first(option_table.key.environment, environment);
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const ours = given.url ?? first(option_table.url.environment, environment);
  if (ours !== undefined) return { tracesUrl: tracesUrl(ours), headers: authorization };

  const exact = first(['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'], environment);
  const base = first(['OTEL_EXPORTER_OTLP_ENDPOINT'], environment);
  if (exact === undefined && base === undefined) {
    return { tracesUrl: tracesUrl(option_table.url.default), headers: authorization };
  }
  const headers = {
    ...pairs(environment['OTEL_EXPORTER_OTLP_HEADERS'], true),
    ...pairs(environment['OTEL_EXPORTER_OTLP_TRACES_HEADERS'], true),
  };
  return {
    tracesUrl: exact === undefined ? tracesUrl(base ?? '') : httpUrl(exact),
    headers: { ...headers, ...authorization },
  };
}

function tracesUrl(base: string): URL {
  const url = httpUrl(base);
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url;
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(`"${text}" is not an http or https address.`);
  }
  return url;
}

function resourceAttributes(given: StartOptions, environment: Environment): Attributes {
  const serviceName = given.serviceName ?? first(option_table.serviceName.environment, environment);
  return {
    ...pairs(environment['OTEL_RESOURCE_ATTRIBUTES'], false),
    ...given.resourceAttributes,
    ...(serviceName === undefined ? {} : { 'service.name': serviceName }),
    ...(given.environment === undefined ? {} : { 'deployment.environment.name': given.environment }),
  };
}

/**
 * The content switch of the GenAI instrumentations: a boolean in JavaScript, a word in Python
 * (NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT). Sextant has no events: EVENT_ONLY keeps content off spans.
 */
function contentFrom(environment: Environment): boolean {
  const text = first(option_table.content.environment, environment);
  if (text === undefined) return option_table.content.default;
  if (/^(span_only|span_and_event)$/i.test(text)) return true;
  // An unknown word is a wish to decide about content: the careful reading is that none leaves.
  return boolean(text) ?? false;
}

function boolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^\s*(true|1|yes|on)\s*$/i.test(text)) return true;
  return /^\s*(false|0|no|off)\s*$/i.test(text) ? false : undefined;
}

function number(name: 'batchSpansMax' | 'delayMs' | 'timeoutMs', environment: Environment): number {
  const value = Number(first(option_table[name].environment, environment));
  return Number.isFinite(value) && value > 0 ? value : option_table[name].default;
}

function first(names: readonly string[], environment: Environment): string | undefined {
  return names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '');
}

/** Reads `a=1,b=2` with percent-encoded values, as the OpenTelemetry variables are written. */
function pairs(text: string | undefined, lowerCaseNames: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const separator = pair.indexOf('=');
    if (separator <= 0) continue;
    const name = pair.slice(0, separator).trim();
    result[lowerCaseNames ? name.toLowerCase() : name] = percentDecoded(pair.slice(separator + 1).trim());
  }
  return result;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A lone percent sign is a plain character of a value that was never encoded.
    if (error instanceof URIError) return text;
    throw error;
  }
}
