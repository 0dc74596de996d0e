import type { AlertKey, AlertRecord, Finding } from '../alert.ts';
import type { PolledRule } from '../rules/rule.ts';
import { runbookUrl } from '../runbook.ts';
import type { Policy } from '../state.ts';
import type { Observation } from './observation.ts';

/** Name of the alerts on rules that cannot be asked. */
export const rule_error = 'sextant.rule_error';
/** Name of the alert on a rules file that is broken. */
export const rules_file_rule = 'sextant.rules_file';

export const fault_policy: Policy = Object.freeze({
  ...{ for_windows: 1, for_us: 300_000_000, keep_windows: 1, keep_us: 0, shows_no_data: false },
});

interface Empty {
  readonly key: AlertKey;
  readonly evidence: Finding['evidence'];
  readonly now_ms: number;
}

/** Makes of what a rule saw what the alerts judge. */
export function createFindings(page_url: string) {
  function of(rule: PolledRule, observation: Observation, now_ms: number): Finding {
    const { feature, slice_key, slice_value, evidence, from_ms, figures, sentence, query } = observation;
    const key = { ...wholeKey(rule), feature, slice_key, slice_value };
    return {
      ...empty(rule, { key, evidence, now_ms }),
      severity: observation.severity ?? rule.severity,
      window_start_us: from_ms * 1000,
      figures: { rule_kind: rule.kind, ...figures, why: sentence },
      query,
      summarise: ({ since, resolved }) =>
        resolved === null
          ? `${rule.name}: ${sentence}, since ${minute(since)}.`
          : `${rule.name} is over at ${minute(resolved)}: ${sentence}.`,
    };
  }

  /** For a key about which nothing is known. */
  function empty(rule: PolledRule, { key, evidence, now_ms }: Empty): Finding {
    const { tenant, rule: name, feature, slice_key, slice_value } = key;
    const { severity, labels, annotations } = rule;
    return {
      ...{ tenant, rule: name, feature, slice_key, slice_value, severity, labels, annotations, evidence },
      runbook_url: rule.runbook_url ?? runbookUrl(page_url, rule.kind),
      query: null,
      window_start_us: now_ms * 1000,
      window_end_us: now_ms * 1000,
      is_now: true,
      figures: { rule_kind: rule.kind },
      example_trace_ids: [],
      summarise: () => `${rule.name}: there are no data for ${slice_key} "${slice_value}".`,
    };
  }

  /** For a key that the rule watched once and does not watch any more. */
  function unwatched(rule: PolledRule, key: AlertKey, now_ms: number): Finding {
    return {
      ...empty(rule, { key, evidence: 'fine', now_ms }),
      summarise: () => `The rule "${rule.name}" watches something else now, so this alert is over.`,
    };
  }

  /** @param error null where the rule could be asked */
  function fault(rule: PolledRule, error: unknown, now_ms: number): Finding {
    const key = { ...wholeKey(rule), rule: rule_error, feature: rule.name };
    const why = error === null ? '' : `: ${String(error).slice(0, 300)}`;
    return {
      ...empty(rule, { key, evidence: error === null ? 'fine' : 'breached', now_ms }),
      severity: 'warning',
      summarise: ({ resolved }) =>
        resolved === null
          ? `The rule "${rule.name}" cannot be asked${why}.`
          : `The rule "${rule.name}" can be asked again.`,
    };
  }

  return { of, empty, unwatched, fault, orphan };
}

/** An alert that is over because no rule watches over it any more. */
function orphan(alert: AlertRecord & AlertKey, now_ms: number): Finding {
  const { tenant, rule, feature, slice_key, slice_value, severity, labels, annotations, query } = alert;
  return {
    ...{ tenant, rule, feature, slice_key, slice_value, severity, labels, annotations, query },
    ...{ runbook_url: alert.runbook_url, figures: alert.verdict, example_trace_ids: alert.example_trace_ids },
    evidence: 'fine',
    window_start_us: now_ms * 1000,
    window_end_us: now_ms * 1000,
    is_now: true,
    summarise: () => `No rule "${rule}" watches this any more, so its alert is over.`,
  };
}

export function wholeKey({ tenant, name, kind }: PolledRule): AlertKey {
  return { tenant: tenant ?? '', rule: name, feature: kind, slice_key: 'all', slice_value: 'all' };
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
