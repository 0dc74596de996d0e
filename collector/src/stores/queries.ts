import { readFileSync } from 'node:fs';
import { SextantError } from '../errors.ts';

export type SqlDialect = 'duckdb' | 'bigquery';
export type ParameterType = 'text' | 'integer' | 'texts';

const range = { from_us: 'integer', to_us: 'integer' } as const;
/** From one span to another, in the order of start, trace and span; both are in it. */
const run = {
  ...range,
  first_trace: 'text',
  first_span: 'text',
  last_trace: 'text',
  last_span: 'text',
} as const;
/** From the first rows stored of the first moment to the last stored of the last one. */
const moments = { ...range, from_ingest_us: 'integer', to_ingest_us: 'integer' } as const;
/** Conditions on spans; null leaves the column alone. */
const span_filters = {
  service: 'text',
  environment: 'text',
  model: 'text',
  provider: 'text',
  operation: 'text',
  agent: 'text',
  tool: 'text',
  prompt: 'text',
  prompt_version: 'text',
  chain: 'text',
  chain_version: 'text',
  adapter: 'text',
  deployment_version: 'text',
  user: 'text',
} as const;
const slice = { slice_key: 'text', slice_value: 'text' } as const;

/**
 * Every named query and the types of its parameters. Each has a text of the same name in
 * `dashboards/queries/<dialect>/`.
 */
export const queries = {
  traces: {
    tenant: 'text',
    ...range,
    service: 'text',
    model: 'text',
    operation: 'text',
    agent: 'text',
    status: 'text',
    user: 'text',
    conversation: 'text',
    prompt_version: 'text',
    text: 'text',
    cursor_us: 'integer',
    cursor_id: 'text',
    limit: 'integer',
  },
  trace: { tenant: 'text', trace_id: 'text' },
  trace_logs: { tenant: 'text', trace_id: 'text', limit: 'integer' },
  span: { tenant: 'text', trace_id: 'text', span_id: 'text' },
  messages: { tenant: 'text', hashes: 'texts' },
  facets: { tenant: 'text', ...range },
  timeline: { tenant: 'text', ...range, step_us: 'integer', service: 'text', model: 'text' },
  metrics: { tenant: 'text', ...range, service: 'text', name: 'text', limit: 'integer' },
  alerts_history: { tenant: 'text', state: 'text', limit: 'integer' },
  alert_series: {
    tenant: 'text',
    ...range,
    step_us: 'integer',
    population: 'text',
    ...span_filters,
    split_by: 'text',
    sli: 'text',
    threshold: 'text',
  },
  alert_scores: { tenant: 'text', ...range, step_us: 'integer', name: 'text', threshold: 'text' },
  alert_serving: { tenant: 'text', ...range, step_us: 'integer', metric: 'text', model: 'text' },
  alert_examples: { tenant: 'text', ...range, population: 'text', ...span_filters, worst: 'text' },
  alert_versions: { tenant: 'text', ...range },
  sketch_minutes: {
    tenant: 'text',
    feature: 'text',
    sketch_id: 'text',
    from_us: 'integer',
    limit: 'integer',
  },
  sketch_sums: { tenant: 'text', feature: 'text', sketch_id: 'text', ...range },
  vectors: { tenant: 'text', feature: 'text', ...slice, ...range, limit: 'integer' },
  vector_features: { tenant: 'text', feature: 'text', ...range, limit: 'integer' },
  span_features: {
    ...{ tenant: 'text', ...slice, ...range, limit: 'integer' },
    ...{ arguments_key: 'text', trace_lead_us: 'integer' },
  },
  evaluations: { tenant: 'text', ...slice, ...range, span_wait_us: 'integer', limit: 'integer' },
  version_changes: { tenant: 'text', to_us: 'integer', limit: 'integer' },
  verdicts: { tenant: 'text', feature: 'text', ...slice, ...range },
  stored_spans: { tenant: 'text', span_ids: 'texts' },
  export_keys: { tenant: 'text', ...range, after_trace: 'text', after_span: 'text', limit: 'integer' },
  export_spans: { tenant: 'text', ...run },
  export_messages: { tenant: 'text', ...range, hashes: 'texts' },
  export_log_moments: { tenant: 'text', ...range, after_ingest_us: 'integer', limit: 'integer' },
  export_logs: { tenant: 'text', ...moments },
  export_metric_moments: { tenant: 'text', ...range, after_ingest_us: 'integer', limit: 'integer' },
  export_metrics: { tenant: 'text', ...moments },
  export_vectors: { tenant: 'text', ...run },
} as const satisfies Record<string, Readonly<Record<string, ParameterType>>>;

type NamedQueryName = keyof typeof queries;

export interface NamedQuery {
  readonly text: string;
  /**
   * `days`: may be run for each day, newest first, until `limit` rows are found.
   * `range`: needs no rows of days that are not within a day of its range.
   * `since`: needs no rows of days that end more than a day before its range.
   * `sketched`: needs nothing but sketches of its range, which may be stored with later days.
   */
  readonly scope: 'days' | 'range' | 'since' | 'sketched' | 'all';
  readonly parameters: Readonly<Record<string, ParameterType>>;
}

/**
 * Reads a named query. The file is small and in the system's cache, so it is read each time.
 * @throws SextantError bad_request for a name that is not in the list
 */
export function loadQuery(dialect: SqlDialect, name: string): NamedQuery {
  if (!Object.hasOwn(queries, name)) throw new SextantError('bad_request', `There is no query ${name}.`);
  const folder = import.meta.resolve('@sextant/dashboards/package.json');
  const text = readFileSync(new URL(`queries/${dialect}/${name}.sql`, folder), 'utf8');
  const scope = (/^-- scope: (days|range|since|sketched)$/m.exec(text)?.[1] ?? 'all') as NamedQuery['scope'];
  return { text, scope, parameters: queries[name as NamedQueryName] };
}
