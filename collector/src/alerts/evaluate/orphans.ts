import type { AlertRecord } from '../alert.ts';
import type { TenantAlert } from '../control.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { wants } from '../verdict-finding.ts';
import { rule_error } from './findings.ts';

type Rules = Pick<RuleBook, 'polledRules' | 'verdictRules' | 'hasDefault'>;

/** Of these alerts, those whose rule was taken away, or wants other verdicts now: nothing would ever end them. */
export function orphansOf(firing: readonly TenantAlert[], rules: Rules): TenantAlert[] {
  const polled = new Set(rules.polledRules().map(ruleId));
  return firing.filter(({ tenant, alert }) => {
    const { rule, feature, verdict } = alert;
    if (rule === rule_error) return !polled.has(ruleId({ tenant, name: feature }));
    if (verdict['rule_kind'] === 'verdict') return !isWanted(tenant, alert, rules);
    if (typeof verdict['rule_kind'] === 'string') return !polled.has(ruleId({ tenant, name: rule }));
    // Without a rule of its own: a verdict from before there was a file, or an alert of the collector on itself.
    return typeof verdict['detector'] === 'string' && !rules.hasDefault() && !isWanted(tenant, alert, rules);
  });
}

function isWanted(tenant: string, alert: AlertRecord, rules: Rules): boolean {
  const detector = String(alert.verdict['detector']);
  return rules
    .verdictRules()
    .some((rule) => rule.name === alert.rule && wants(rule, detector, { ...alert, tenant }));
}

export function ruleId({ tenant, name }: { readonly tenant: string | null; readonly name: string }): string {
  return JSON.stringify([tenant, name]);
}
