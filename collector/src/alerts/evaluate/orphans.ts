import { type AlertKey, type AlertRecord, default_rule } from '../alert.ts';
import type { KeyState, TenantAlert } from '../control.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { wants } from '../verdict-finding.ts';
import { rule_error, rules_file_rule } from './findings.ts';

export interface KnownRules {
  readonly rules: Pick<RuleBook, 'polledRules' | 'verdictRules' | 'hasDefault'>;
  /** Whether there is a rules file: without one, nothing says any more that it can be read. */
  readonly has_file: boolean;
}

/**
 * Of these alerts, those that nothing would ever end: their rule was taken away, has another name since an upgrade,
 * or wants other verdicts now.
 */
export function orphansOf(firing: readonly TenantAlert[], known: KnownRules): TenantAlert[] {
  const has = ruleFinder(known);
  return firing.filter(({ tenant, alert }) => {
    const kind = alert.verdict['rule_kind'];
    const is_polled = typeof kind === 'string' && kind !== 'verdict';
    if (is_polled || isOwn(alert.rule)) return !has({ ...alert, tenant });
    const is_default = kind === undefined && alert.rule === default_rule && known.rules.hasDefault();
    return !is_default && !isWanted(tenant, alert, known);
  });
}

/** Of these keys, those of rules that are not there any more. */
export function abandonedOf<Key extends KeyState>(keys: readonly Key[], known: KnownRules): Key[] {
  const has = ruleFinder(known);
  return keys.filter((key) => !has(key));
}

function ruleFinder({ rules, has_file }: KnownRules): (key: AlertKey) => boolean {
  const polled = new Set(rules.polledRules().map(ruleId));
  const of_verdicts = rules.verdictRules();
  return ({ tenant, rule, feature }) => {
    if (rule === rule_error) return polled.has(ruleId({ tenant, name: feature }));
    if (rule === rules_file_rule) return has_file;
    if (rule === default_rule && rules.hasDefault()) return true;
    const isOf = (of: string | null) => of === null || of === tenant;
    return (
      polled.has(ruleId({ tenant, name: rule })) ||
      of_verdicts.some((one) => one.name === rule && isOf(one.tenant))
    );
  };
}

/** Alerts of the collector on itself. */
function isOwn(rule: string): boolean {
  return rule === rule_error || rule === rules_file_rule;
}

function isWanted(tenant: string, alert: AlertRecord, { rules }: KnownRules): boolean {
  const detector = String(alert.verdict['detector']);
  return rules
    .verdictRules()
    .some((rule) => rule.name === alert.rule && wants(rule, detector, { ...alert, tenant }));
}

export function ruleId({ tenant, name }: { readonly tenant: string | null; readonly name: string }): string {
  return JSON.stringify([tenant, name]);
}
