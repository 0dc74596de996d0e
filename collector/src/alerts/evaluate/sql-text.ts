import type { Labels } from '../notify/matcher.ts';
import type { Filters, Population, SpanMeasure } from '../rules/rule.ts';

interface SqlRequest {
  readonly select: string;
  readonly population: Population;
  readonly filters: Filters;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** A statement for `sextant sql` that shows what a rule saw. It is text for a person, and never run by us. */
export function spansSql({ select, population, filters, from_ms, to_ms }: SqlRequest): string {
  const conditions = [
    `start_time >= '${new Date(from_ms).toISOString()}'`,
    `start_time < '${new Date(to_ms).toISOString()}'`,
    ...populations[population],
    ...Object.entries(filters)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${columns[name as keyof Filters]} = ${literal(value)}`),
  ];
  return `SELECT ${select} FROM spans WHERE ${conditions.join(' AND ')}`;
}

export function measureSql(measure: SpanMeasure): string {
  const quantile = /^(\w+)_p(\d+)_ms$/.exec(measure);
  if (quantile !== null) return `quantile_cont(${quantile[1]}_ms, 0.${quantile[2]})`;
  return expressions[measure] ?? 'count(*)';
}

/** Values come from telemetry too. */
function literal(value: string): string {
  return `'${value.replaceAll("'", "''").replaceAll(/[\p{C}]/gu, ' ')}'`;
}

const populations: Readonly<Record<Population, readonly string[]>> = {
  calls: ['is_leaf'],
  traces: ['parent_span_id IS NULL'],
  tools: ["operation = 'execute_tool'"],
  all: [],
};

const expressions: Labels = {
  error_rate: "avg(CASE WHEN status = 'error' THEN 1.0 ELSE 0.0 END)",
  errors: "count(*) FILTER (status = 'error')",
  cost_usd: 'sum(cost_usd) FILTER (is_leaf)',
  cost_per_request_usd: 'sum(cost_usd) FILTER (is_leaf) / count(*)',
  input_tokens:
    'sum(coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)) FILTER (is_leaf)',
  output_tokens: 'sum(coalesce(output_tokens, 0) + coalesce(reasoning_tokens, 0)) FILTER (is_leaf)',
  unpriced: "count(*) FILTER (is_leaf AND cost_method = 'unpriced')",
};

const columns: Readonly<Record<keyof Filters, string>> = {
  service: 'service',
  environment: 'environment',
  model: 'coalesce(request_model, response_model)',
  provider: 'provider',
  operation: 'operation',
  agent: 'agent_name',
  tool: 'tool_name',
  prompt: 'prompt_name',
  prompt_version: 'prompt_version',
  chain: 'chain_name',
  chain_version: 'chain_version',
  adapter: 'adapter_name',
  deployment_version: 'deployment_version',
  user: 'user_id',
};
