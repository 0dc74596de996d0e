import type { AbsenceRule } from '../rules/rule.ts';
import { type Asked, askSeries, numberOf, type Observation, whole } from './observation.ts';
import { spansSql } from './sql-text.ts';
import { span } from './words.ts';

/** Alerts when nothing came for a while. */
export async function evaluateAbsence(
  rule: AbsenceRule,
  asked: Asked,
  to_ms: number,
): Promise<Observation[]> {
  const { tenant, population, filters, window_ms } = rule;
  const from_ms = to_ms - window_ms;
  const request = { tenant: tenant ?? '', population, filters, from_ms, to_ms, step_ms: window_ms };
  const [row] = await askSeries(asked, request);
  const count = numberOf(row?.['requests']) ?? 0;
  return [
    {
      feature: 'absence',
      ...whole,
      evidence: count === 0 ? 'breached' : 'fine',
      from_ms,
      figures: { value: count, n_current: count },
      sentence: `${count === 0 ? 'nothing' : `${count} spans`} came in ${span(window_ms)}`,
      query: spansSql({ select: 'count(*) AS spans', population, filters, from_ms, to_ms }),
      examples: null,
    },
  ];
}
