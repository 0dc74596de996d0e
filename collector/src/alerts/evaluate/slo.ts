import type { Row } from '../../stores/store.ts';
import type { Severity } from '../alert.ts';
import type { BurnRateRule } from '../rules/rule.ts';
import { type Burn, burnRates } from './burn-rate.ts';
import {
  type Asked,
  askSeries,
  type ExampleRequest,
  numberOf,
  type Observation,
  whole,
} from './observation.ts';
import { spansSql } from './sql-text.ts';
import { alignDown, type StepCache } from './step-cache.ts';
import { span } from './words.ts';

const MINUTE_MS = 60_000;
const STEPS_MAX = 5_000;

/** How fast the budget of an objective burns; one alert for each severity among the pairs of windows. */
export async function evaluateBurnRate(
  rule: BurnRateRule,
  asked: Asked,
  now_ms: number,
  cache: StepCache,
): Promise<Observation[]> {
  const longest_ms = Math.max(...rule.windows.map(({ long_ms }) => long_ms));
  const step_ms = MINUTE_MS * Math.ceil(longest_ms / MINUTE_MS / STEPS_MAX);
  const to_ms = alignDown(now_ms, step_ms);
  const rows = await cache.rows({
    key: JSON.stringify(rule),
    from_ms: alignDown(to_ms - longest_ms, step_ms),
    ...{ to_ms, step_ms },
    read: (from_ms, until_ms) => readSteps(rule, asked, { from_ms, to_ms: until_ms, step_ms }),
  });
  const steps = rows.map((row) => ({
    time_ms: Number(row['time']) / 1000,
    bad: numberOf(row['sli_bad'] ?? row['bad']) ?? 0,
    total: numberOf(row['sli_total'] ?? row['total']) ?? 0,
  }));
  const { windows, objective, bad_min } = rule;
  const burns = burnRates({ steps, windows, objective, bad_min, to_ms });
  const severities = [...new Set(windows.map(({ severity }) => severity))];
  return severities.map((severity) => {
    const of_severity = burns.filter(({ window }) => window.severity === severity);
    return observe({ rule, burns: of_severity, severity, to_ms });
  });
}

interface Range {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly step_ms: number;
}

function readSteps(rule: BurnRateRule, asked: Asked, range: Range): Promise<Row[]> {
  const { tenant, sli, of, population, filters, threshold } = rule;
  if (of !== null) {
    const { from_ms, to_ms, step_ms } = range;
    const times = { from_us: from_ms * 1000, to_us: to_ms * 1000, step_us: step_ms * 1000 };
    return asked.query('alert_scores', { tenant, name: of, threshold: String(threshold), ...times });
  }
  return askSeries(asked, { tenant: tenant ?? '', population, filters, sli, threshold, ...range });
}

interface Judged {
  readonly rule: BurnRateRule;
  readonly burns: readonly Burn[];
  readonly severity: Severity;
  readonly to_ms: number;
}

function observe({ rule, burns, severity, to_ms }: Judged): Observation {
  const { sli, objective, of } = rule;
  const burning = burns.find(({ is_burning }) => is_burning);
  const shown = burning ?? (burns[0] as Burn);
  const { window, long_rate, long_low, short_rate, bad, total } = shown;
  const has_data = burns.some((burn) => burn.total > 0);
  return {
    feature: `slo.${of ?? sli}.${severity}`,
    ...whole,
    evidence: burning !== undefined ? 'breached' : has_data ? 'fine' : 'none',
    from_ms: to_ms - window.short_ms,
    figures: {
      ...{ sli, objective, value: long_rate, threshold: window.factor, n_current: total },
      ...{ burn_rate_long: long_rate, burn_rate_long_low: long_low, burn_rate_short: short_rate, bad },
      window_long: span(window.long_ms),
      window_short: span(window.short_ms),
    },
    sentence:
      `the error budget of ${of ?? sli} (objective ${round(objective * 100)} %) burns ${round(long_rate)} times as fast ` +
      `as allowed over ${span(window.long_ms)} and ${round(short_rate)} times over ${span(window.short_ms)} ` +
      `(alert at ${window.factor}; ${bad} of ${total} were bad)`,
    query: of === null ? sqlOf(rule, to_ms - window.long_ms, to_ms) : null,
    severity,
    examples: of === null ? examplesOf(rule, to_ms - window.long_ms, to_ms) : null,
  };
}

function sqlOf(
  { sli, threshold, population, filters }: BurnRateRule,
  from_ms: number,
  to_ms: number,
): string {
  const bad = {
    ...{
      latency: `duration_ms > ${threshold}`,
      ttft: `ttft_ms > ${threshold}`,
      cost: `cost_usd > ${threshold}`,
    },
    ...{ availability: "status = 'error'", tool: "status = 'error'", score: 'false' },
  }[sli];
  const select = `count(*) FILTER (${bad}) AS bad, count(*) AS total`;
  return spansSql({ select, population, filters, from_ms, to_ms });
}

function examplesOf(
  { sli, population, filters }: BurnRateRule,
  from_ms: number,
  to_ms: number,
): ExampleRequest {
  const worst = { latency: 'duration', ttft: 'ttft', cost: 'cost' } as const;
  return { population, filters, worst: worst[sli as keyof typeof worst] ?? 'errors', from_ms, to_ms };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
