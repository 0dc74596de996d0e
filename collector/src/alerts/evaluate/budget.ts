import type { BudgetRule, Period } from '../rules/rule.ts';
import { forecastSpend } from './forecast.ts';
import { type Asked, askSeries, numberOf, type Observation, whole } from './observation.ts';
import { spansSql } from './sql-text.ts';
import { alignDown, type StepCache } from './step-cache.ts';
import { dollars } from './words.ts';

const HOUR_MS = 3_600_000;
const HISTORY_MS = 28 * 24 * HOUR_MS;

/** Compares what was spent in a period of the calendar, and what will have been at its end, with a limit. */
export async function evaluateBudget(
  rule: BudgetRule,
  asked: Asked,
  now_ms: number,
  cache: StepCache,
): Promise<Observation[]> {
  const { start_ms, end_ms } = periodOf(rule.period, now_ms);
  const { tenant, filters } = rule;
  const rows = await cache.rows({
    key: JSON.stringify(rule),
    from_ms: alignDown(Math.min(start_ms, now_ms - HISTORY_MS), HOUR_MS),
    to_ms: now_ms,
    step_ms: HOUR_MS,
    read: (from_ms, to_ms) => {
      const range = { from_ms, to_ms, step_ms: HOUR_MS };
      return askSeries(asked, { tenant: tenant ?? '', population: 'calls', filters, ...range });
    },
  });
  const hours = rows.map((row) => ({
    time_ms: Number(row['time']) / 1000,
    cost_usd: numberOf(row['cost_usd']) ?? 0,
  }));
  const spent_usd = hours.reduce((sum, hour) => sum + (hour.time_ms >= start_ms ? hour.cost_usd : 0), 0);
  const forecast = forecastSpend({ hours, spent_usd, now_ms, end_ms });
  return [observe(rule, { spent_usd, forecast, start_ms, now_ms })];
}

interface Spend {
  readonly spent_usd: number;
  readonly forecast: ReturnType<typeof forecastSpend>;
  readonly start_ms: number;
  readonly now_ms: number;
}

function observe(rule: BudgetRule, { spent_usd, forecast, start_ms, now_ms }: Spend): Observation {
  const { limit_usd, at_share, period, filters } = rule;
  const is_spent = spent_usd >= limit_usd * at_share;
  const will_be = rule.forecast && forecast !== null && forecast.cost_usd > limit_usd;
  const outlook =
    forecast === null
      ? ''
      : `, ${dollars(forecast.cost_usd)} expected at its end (${dollars(forecast.low_usd)} to ${dollars(forecast.high_usd)})`;
  const select = 'sum(cost_usd) AS cost_usd';
  return {
    feature: `budget.${period}`,
    ...whole,
    evidence: is_spent || will_be ? 'breached' : 'fine',
    from_ms: start_ms,
    figures: { value: spent_usd, threshold: limit_usd * at_share, limit_usd, period, forecast },
    sentence: `${dollars(spent_usd)} of ${dollars(limit_usd)} are spent this ${period}${outlook}`,
    query: spansSql({ select, population: 'calls', filters, from_ms: start_ms, to_ms: now_ms }),
    examples: { population: 'calls', filters, worst: 'cost', from_ms: start_ms, to_ms: now_ms },
  };
}

/** The hour, day or month of the calendar in UTC that a time is in. */
export function periodOf(period: Period, now_ms: number): { start_ms: number; end_ms: number } {
  const now = new Date(now_ms);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (period === 'month') return { start_ms: Date.UTC(year, month), end_ms: Date.UTC(year, month + 1) };
  if (period === 'day')
    return { start_ms: Date.UTC(year, month, day), end_ms: Date.UTC(year, month, day + 1) };
  const start_ms = alignDown(now_ms, HOUR_MS);
  return { start_ms, end_ms: start_ms + HOUR_MS };
}
