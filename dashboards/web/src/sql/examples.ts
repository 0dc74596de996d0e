/** Statements to begin with. They run on DuckDB. */
export const examples = [
  {
    title: 'Cost and tokens of each model in the last day',
    sql: `SELECT response_model, count(*) AS calls, sum(input_tokens) AS input, sum(output_tokens) AS output,
  sum(cost_usd) AS cost_usd, count(*) FILTER (cost_usd IS NULL) AS unpriced
FROM spans
WHERE is_leaf AND start_time > now() - INTERVAL 1 DAY
GROUP BY ALL ORDER BY cost_usd DESC NULLS LAST`,
  },
  {
    title: 'The slowest tools of the last day',
    sql: `SELECT tool_name, count(*) AS calls, median(duration_ms) AS median_ms,
  quantile_cont(duration_ms, 0.95) AS p95_ms, count(*) FILTER (status = 'error') AS errors
FROM spans
WHERE operation = 'execute_tool' AND start_time > now() - INTERVAL 1 DAY
GROUP BY ALL ORDER BY p95_ms DESC LIMIT 20`,
  },
  {
    title: 'The newest errors',
    sql: `SELECT start_time, service, name, error_type, trace_id
FROM spans
WHERE status = 'error' AND start_time > now() - INTERVAL 1 DAY
ORDER BY start_time DESC LIMIT 50`,
  },
  {
    title: 'The latest verdicts on drift',
    sql: `SELECT time, feature, slice_key, slice_value, value AS effect, label, explanation
FROM scores
WHERE source = 'detector' AND time > now() - INTERVAL 7 DAY
ORDER BY time DESC LIMIT 50`,
  },
] as const;
