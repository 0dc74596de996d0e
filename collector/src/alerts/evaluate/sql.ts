import type { SqlRule } from '../rules/rule.ts';
import { type Asked, compare, comparison_words, numberOf, type Observation, whole } from './observation.ts';

/** Compares what a statement of the operator gives with a threshold. */
export async function evaluateSql(rule: SqlRule, asked: Asked, to_ms: number): Promise<Observation[]> {
  const { tenant, statement, comparison, threshold, no_data } = rule;
  const row = await asked.firstRow(tenant ?? '', statement);
  const value = numberOf(row?.['value']);
  const without = { keep: 'none', ok: 'fine', page: 'breached' } as const;
  const evidence =
    value === null ? without[no_data] : compare(value, comparison, threshold) ? 'breached' : 'fine';
  const limit = `alert ${comparison_words[comparison]} ${threshold}`;
  return [
    {
      ...{ feature: 'sql', ...whole, evidence },
      from_ms: to_ms,
      figures: { value, comparison, threshold },
      sentence: value === null ? 'the statement gives no value' : `the statement gives ${value} (${limit})`,
      query: statement,
      examples: null,
    },
  ];
}
