import { SextantError } from './errors.ts';

/**
 * Every option of the collector, once: environment name, default, unit and one sentence.
 * `docs/options.md` is generated from this table; a test holds the two together.
 */
type Kind = 'text' | 'integer' | 'number' | 'boolean';

interface Option {
  readonly environment: string;
  readonly kind: Kind;
  readonly default: string | number | boolean | null;
  readonly unit: string;
  readonly sentence: string;
}

const MIB = 1024 * 1024;

export const option_table = {
  host: option('SEXTANT_HOST', 'text', '127.0.0.1', '', 'Address to listen on.'),
  port: option('SEXTANT_PORT', 'integer', 4318, '', 'Port to listen on; 0 takes a free one.'),
  data: option('SEXTANT_DATA', 'text', '.sextant', '', 'Data folder.'),
  store: option(
    'SEXTANT_STORE',
    'text',
    'duckdb',
    '',
    'Where rows are stored: duckdb, bigquery, or the file of your own store.',
  ),
  key: option(
    'SEXTANT_KEY',
    'text',
    null,
    '',
    'API key with every scope, beside those of "sextant keys create"; while there never was any, none is asked.',
  ),
  insecure: option(
    'SEXTANT_INSECURE',
    'boolean',
    false,
    '',
    'Allow an address other than loopback while no key is asked.',
  ),
  body_bytes_max: option(
    'SEXTANT_BODY_BYTES_MAX',
    'integer',
    64 * MIB,
    'bytes',
    'Largest body, before and after inflation.',
  ),
  in_flight_bytes_max: option(
    'SEXTANT_IN_FLIGHT_BYTES_MAX',
    'integer',
    256 * MIB,
    'bytes',
    'Bodies being read or written at one time, by their announced size; above it senders get 503.',
  ),
  tenant_bytes_per_second: option(
    'SEXTANT_TENANT_BYTES_PER_SECOND',
    'integer',
    0,
    'bytes',
    'Most bytes a second one tenant may send, with bursts of ten seconds; above it senders get 429. 0 is no limit.',
  ),
  tenant_requests_per_second: option(
    'SEXTANT_TENANT_REQUESTS_PER_SECOND',
    'integer',
    0,
    'requests',
    'Most OTLP requests a second of one tenant, with bursts of ten seconds; above it senders get 429. 0 is no limit.',
  ),
  connections_max: option(
    'SEXTANT_CONNECTIONS_MAX',
    'integer',
    4096,
    'connections',
    'Most connections open at one time, of HTTP and of gRPC each; further ones are closed at once.',
  ),
  body_timeout_ms: option(
    'SEXTANT_BODY_TIMEOUT_MS',
    'integer',
    60_000,
    'milliseconds',
    'Longest time a sender may take for headers and body.',
  ),
  grpc_port: option(
    'SEXTANT_GRPC_PORT',
    'integer',
    null,
    '',
    'Port for OTLP over gRPC, 4317 by custom; none means that gRPC is off.',
  ),
  cors_origins: option(
    'SEXTANT_CORS_ORIGINS',
    'text',
    '',
    '',
    'Origins whose pages may send OTLP from a browser, separated by commas, each exactly as a browser names it; none by default.',
  ),
  tls_certificate: option(
    'SEXTANT_TLS_CERTIFICATE',
    'text',
    null,
    '',
    'File of the certificate chain (PEM); with SEXTANT_TLS_KEY the collector serves HTTPS.',
  ),
  tls_key: option('SEXTANT_TLS_KEY', 'text', null, '', 'File of the private key (PEM).'),
  segment_bytes: option(
    'SEXTANT_SEGMENT_BYTES',
    'integer',
    64 * MIB,
    'bytes',
    'Size at which a journal segment is closed.',
  ),
  journal_bytes_max: option(
    'SEXTANT_JOURNAL_BYTES_MAX',
    'integer',
    20 * 1024 * MIB,
    'bytes',
    'Largest journal; above it senders get 503.',
  ),
  journal_keep_bytes: option(
    'SEXTANT_JOURNAL_KEEP_BYTES',
    'integer',
    256 * MIB,
    'bytes',
    'Journal kept after it is stored, to rebuild a damaged file of the store from.',
  ),
  batch_bytes_max: option(
    'SEXTANT_BATCH_BYTES_MAX',
    'integer',
    32 * MIB,
    'bytes',
    'Most journal bytes stored in one transaction.',
  ),
  duckdb_memory_bytes: option(
    'SEXTANT_DUCKDB_MEMORY_BYTES',
    'integer',
    256 * MIB,
    'bytes',
    'Memory limit of the embedded store, which fills it. SQL over the texts of many spans may need more.',
  ),
  duckdb_threads: option(
    'SEXTANT_DUCKDB_THREADS',
    'integer',
    1,
    'threads',
    'Threads one query of the embedded store runs on. More make large queries faster and storing more expensive.',
  ),
  sql_rows_max: option('SEXTANT_SQL_ROWS_MAX', 'integer', 10_000, 'rows', 'Most rows one SQL answer holds.'),
  sql_timeout_ms: option(
    'SEXTANT_SQL_TIMEOUT_MS',
    'integer',
    10_000,
    'ms',
    'Longest time one query may take.',
  ),
  dialects: option(
    'SEXTANT_DIALECTS',
    'text',
    '',
    '',
    'Files of your own dialects, separated by commas; they are asked first.',
  ),
  redact: option(
    'SEXTANT_REDACT',
    'boolean',
    true,
    '',
    'Take credentials out of what arrives before it is stored: attributes named for them, and keys and tokens in texts.',
  ),
  redact_names: option(
    'SEXTANT_REDACT_NAMES',
    'text',
    '',
    '',
    'Further attributes whose values are not stored, separated by commas.',
  ),
  channel: option(
    'SEXTANT_CHANNEL',
    'text',
    'webhook',
    '',
    'How alerts are sent: webhook, alertmanager, alertmanager-webhook, pagerduty, slack, teams, cloudevents, pubsub, rollback, or the file of your own channel.',
  ),
  deduplication_hours: option(
    'SEXTANT_DEDUPLICATION_HOURS',
    'integer',
    48,
    'hours',
    'How long after its start a span that arrives again is recognised as a duplicate; 0 means always.',
  ),
  retention_days: option('SEXTANT_RETENTION_DAYS', 'integer', 0, 'days', 'Days kept; 0 keeps everything.'),
  bigquery_project: option('SEXTANT_BIGQUERY_PROJECT', 'text', null, '', 'Project of the BigQuery store.'),
  bigquery_dataset: option(
    'SEXTANT_BIGQUERY_DATASET',
    'text',
    'sextant',
    '',
    'Dataset of the BigQuery store.',
  ),
  bigquery_endpoint: option(
    'SEXTANT_BIGQUERY_ENDPOINT',
    'text',
    null,
    '',
    'Address of another BigQuery API, such as an emulator.',
  ),
  embed_url: option(
    'SEXTANT_EMBED_URL',
    'text',
    null,
    '',
    'OpenAI-compatible embeddings endpoint, such as http://host/v1/embeddings.',
  ),
  embed_model: option(
    'SEXTANT_EMBED_MODEL',
    'text',
    'text-embedding-3-small',
    '',
    'Model asked of that endpoint.',
  ),
  embed_key: option('SEXTANT_EMBED_KEY', 'text', null, '', 'Bearer key for that endpoint.'),
  drift: option('SEXTANT_DRIFT', 'boolean', true, '', 'Watch messages and spans for drift.'),
  drift_features: option(
    'SEXTANT_DRIFT_FEATURES',
    'text',
    'embedding.*,behaviour.*,evaluation.*,evaluation_label.*,category.response_model,number.duration_ms,number.output_tokens',
    '',
    'Features that are watched, separated by commas; an asterisk at the end stands for anything. `embedding.output` has to be named in full, because it doubles the work of the encoder.',
  ),
  drift_vectors_per_second: option(
    'SEXTANT_DRIFT_VECTORS_PER_SECOND',
    'integer',
    100,
    '1/s',
    'Budget of each tenant for embedding, and for summing vectors, spans and evaluations, by the time of the spans; above it whole conversations are left out, chosen by a hash.',
  ),
  drift_interval_ms: option(
    'SEXTANT_DRIFT_INTERVAL_MS',
    'integer',
    10_000,
    'ms',
    'Pause between two rounds of the watch.',
  ),
  drift_fit: option(
    'SEXTANT_DRIFT_FIT',
    'integer',
    2_000,
    'conversations',
    'First conversations of a feature; the sketch is fitted on them.',
  ),
  drift_reference: option(
    'SEXTANT_DRIFT_REFERENCE',
    'integer',
    5_000,
    'conversations',
    'Next conversations of a feature; windows are compared with them.',
  ),
  drift_window: option(
    'SEXTANT_DRIFT_WINDOW',
    'integer',
    500,
    'conversations',
    'Conversations after which a window closes, at the end of a minute.',
  ),
  drift_window_minutes_max: option(
    'SEXTANT_DRIFT_WINDOW_MINUTES_MAX',
    'integer',
    1440,
    'minutes',
    'Age at which a window closes all the same.',
  ),
  drift_alpha: option(
    'SEXTANT_DRIFT_ALPHA',
    'number',
    0.001,
    '',
    'False-alarm rate of the windows of a tenant that close together.',
  ),
  drift_tolerance: option(
    'SEXTANT_DRIFT_TOLERANCE',
    'number',
    0.02,
    '',
    'Drifted share that counts as nothing.',
  ),
  alerts: option(
    'SEXTANT_ALERTS',
    'text',
    null,
    '',
    'File of rules, channels and routes of alerts, YAML or JSON; without one, every drift goes to the channel above.',
  ),
  alert_interval_ms: option(
    'SEXTANT_ALERT_INTERVAL_MS',
    'integer',
    60_000,
    'ms',
    'Pause between two rounds in which the rules of alerts are asked.',
  ),
  webhook_url: option('SEXTANT_WEBHOOK_URL', 'text', null, '', 'Where alerts are sent.'),
  webhook_secret: option(
    'SEXTANT_WEBHOOK_SECRET',
    'text',
    null,
    '',
    'Secrets that sign webhooks, "whsec_" and base64, or "whsk_" and a private key; several while they change.',
  ),
  alert_allow: option(
    'SEXTANT_ALERT_ALLOW',
    'text',
    '',
    '',
    'Hosts that alerts may go to beside public addresses over https, such as 10.0.0.5 or alertmanager.internal:9093, separated by commas.',
  ),
  public_url: option(
    'SEXTANT_PUBLIC_URL',
    'text',
    null,
    '',
    'Address of the page in links; default is the listening address.',
  ),
} as const satisfies Record<string, Option>;

type ValueOf<O> = O extends { kind: infer K; default: infer D }
  ? (K extends 'text' ? string : K extends 'boolean' ? boolean : number) | (D extends null ? null : never)
  : never;

export type Options = { readonly [Name in keyof typeof option_table]: ValueOf<(typeof option_table)[Name]> };

/**
 * Reads options from an environment. Given options win over the environment, the environment over defaults.
 * @throws SextantError bad_request for a value of the wrong kind, or an unknown SEXTANT_ name
 */
export function readOptions(
  environment: Readonly<Record<string, string | undefined>>,
  given: Partial<Options> = {},
): Options {
  const known = new Set<string>(Object.values(option_table).map((entry) => entry.environment));
  // SEXTANT_URL belongs to the SDK and to the commands that ask a running collector.
  known.add('SEXTANT_URL');
  for (const name of Object.keys(environment)) {
    if (name.startsWith('SEXTANT_') && !known.has(name))
      throw new SextantError('bad_request', `Unknown option ${name}; docs/options.md lists all there are.`);
  }
  const values = Object.entries(option_table).map(([name, entry]) => {
    const text = environment[entry.environment];
    const fallback = text === undefined || text === '' ? entry.default : parse(entry, text);
    return [name, given[name as keyof Options] ?? fallback];
  });
  return Object.freeze(Object.fromEntries(values)) as Options;
}

function parse(entry: Option, text: string): string | number | boolean {
  if (entry.kind === 'text') return text;
  if (entry.kind === 'boolean') {
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off)$/i.test(text)) return false;
    throw new SextantError('bad_request', `${entry.environment} must be true or false, not "${text}".`);
  }
  const value = Number(text);
  const fits = entry.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!fits || value < 0)
    throw new SextantError('bad_request', `${entry.environment} must be a number, not "${text}".`);
  return value;
}

function option<const K extends Kind, const D extends string | number | boolean | null>(
  environment: string,
  kind: K,
  fallback: D,
  unit: string,
  sentence: string,
) {
  return { environment, kind, default: fallback, unit, sentence } as const;
}
