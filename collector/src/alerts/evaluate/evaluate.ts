import type { PolledRule } from '../rules/rule.ts';
import { evaluateAbsence } from './absence.ts';
import { evaluateBudget } from './budget.ts';
import type { Asked, Observation } from './observation.ts';
import { evaluateBurnRate } from './slo.ts';
import { evaluateSql } from './sql.ts';
import type { StepCache } from './step-cache.ts';
import { evaluateThreshold } from './threshold.ts';

interface EvaluateParts {
  readonly asked: Asked;
  readonly cache: StepCache;
  readonly now_ms: number;
}

/** Asks the store once, and says what the rule makes of the answer. Rejects where the store does. */
export function evaluate(rule: PolledRule, { asked, cache, now_ms }: EvaluateParts): Promise<Observation[]> {
  switch (rule.kind) {
    case 'threshold':
      return evaluateThreshold(rule, asked, now_ms);
    case 'absence':
      return evaluateAbsence(rule, asked, now_ms);
    case 'burn_rate':
      return evaluateBurnRate(rule, asked, now_ms, cache);
    case 'budget':
      return evaluateBudget(rule, asked, now_ms, cache);
    case 'sql':
      return evaluateSql(rule, asked, now_ms);
  }
}
