import type { Verdict } from '@sextant/detectors';
import type { AlertKey, Finding, Told, VerdictContext } from './alert.ts';
import { isoTime } from './alert.ts';
import { readPattern } from './notify/pattern.ts';
import type { VerdictRule } from './rules/rule.ts';
import type { Policy } from './state.ts';
import { summarise } from './summary.ts';

export interface JudgedFinding {
  readonly finding: Finding;
  readonly policy: Policy;
}

/** What the rules make of a verdict: one finding for each rule that wants it. */
export function verdictFindings(
  verdict: Verdict,
  context: VerdictContext,
  { rules, runbook_url }: { readonly rules: readonly VerdictRule[]; readonly runbook_url: string },
): JudgedFinding[] {
  return rules
    .filter((rule) => wants(rule, verdict.detector, context))
    .map((rule) => {
      const told = { ...rule, runbook_url: rule.runbook_url ?? runbook_url };
      const finding = findingOf(verdict, { ...context, rule: rule.name }, told);
      const figures = { ...finding.figures, rule_kind: rule.kind };
      return { finding: { ...finding, figures }, policy: rule.policy };
    });
}

/** Whether the rule is about verdicts of this detector, on this. */
export function wants(rule: VerdictRule, detector: string, of: Omit<AlertKey, 'rule'>): boolean {
  const { tenant, feature, slice_key, slice_value } = of;
  return (
    (rule.tenant === null || rule.tenant === tenant) &&
    readPattern(rule.detector)(detector) &&
    readPattern(rule.feature)(feature) &&
    readPattern(rule.slice)(`${slice_key}=${slice_value}`)
  );
}

/** A verdict without p that did not drift had too little evidence. */
export function findingOf(verdict: Verdict, context: VerdictContext, told: Omit<Told, 'query'>): Finding {
  const { severity, labels, annotations, runbook_url } = told;
  const { feature, slice_key, slice_value } = context;
  return {
    ...context,
    ...{ severity, labels, annotations, runbook_url },
    evidence: verdict.drifted ? 'breached' : verdict.p === null ? 'none' : 'fine',
    figures: { ...verdict },
    query: detectCommand(context),
    summarise: ({ since, resolved }) =>
      summarise({ verdict, feature, slice_key, slice_value, since, resolved }),
  };
}

/** The window against the day before it. Names come from senders: each stands in quotes no shell looks into. */
function detectCommand({ feature, slice_key, slice_value, window_start_us, window_end_us }: VerdictContext) {
  const from = isoTime(window_start_us);
  const reference_from = isoTime(window_start_us - DAY_US);
  const slice = slice_key === 'all' ? '' : ` --slice ${quoted(`${slice_key}=${slice_value}`)}`;
  return [
    `sextant detect --from ${from} --to ${isoTime(window_end_us)}`,
    `--reference-from ${reference_from} --reference-to ${from} --feature ${quoted(feature)}${slice}`,
  ].join(' ');
}

const DAY_US = 86_400_000_000;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
