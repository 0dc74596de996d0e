import type { Log } from '../../log.ts';
import type { Store } from '../../stores/store.ts';
import type { AlertKey, Finding } from '../alert.ts';
import type { Control } from '../control.ts';
import type { Judge } from '../judge.ts';
import type { PolledRule, ThresholdRule } from '../rules/rule.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { initial_state, type Policy } from '../state.ts';
import { evaluate } from './evaluate.ts';
import { createFindings, fault_policy, wholeKey } from './findings.ts';
import type { Asked, ExampleRequest, Observation } from './observation.ts';
import { abandonedOf, orphansOf, ruleId } from './orphans.ts';
import { createStepCache } from './step-cache.ts';
import { featureOf, noData } from './threshold.ts';

export type RoundStore = Pick<Store, 'query' | 'sql'>;

/** Asks the rules, one after another and each at most once a round. */
export interface Rounds {
  /** Asks every rule that is due. Never rejects: a rule that fails stops no other. */
  run(now_ms: number): Promise<void>;
}

interface RoundsParts {
  readonly store: RoundStore;
  readonly control: Pick<Control, 'allFiring' | 'allWaiting' | 'keysOf' | 'state' | 'saveState'>;
  readonly judge: Judge;
  readonly rules: Pick<RuleBook, 'polledRules' | 'verdictRules' | 'hasDefault'>;
  readonly has_file: boolean;
  readonly page_url: string;
  readonly timeout_ms: number;
  /** Rules asked in one round; the others wait for the next, those that wait longest first. */
  readonly rules_max: number;
  /** Told after every change of an alert. */
  readonly onChange: () => Promise<void>;
  readonly log: Log;
}

export function createRounds(parts: RoundsParts): Rounds {
  const { store, control, judge, rules, log } = parts;
  const cache = createStepCache();
  const findings = createFindings(parts.page_url);
  const asked_ms = new Map<string, number>();
  const asked = askedOf(store, parts.timeout_ms);

  async function run(now_ms: number): Promise<void> {
    const waiting = rules
      .polledRules()
      .map((rule) => ({ rule, before_ms: asked_ms.get(ruleId(rule)) ?? 0 }))
      .sort((a, b) => a.before_ms - b.before_ms)
      .slice(0, parts.rules_max);
    for (const { rule } of waiting) {
      asked_ms.set(ruleId(rule), now_ms);
      try {
        await ask(rule, now_ms);
      } catch (error) {
        log.error({ error, rule: rule.name }, 'What a rule found could not be written.');
      }
    }
    await endOrphans(now_ms).catch((error: unknown) =>
      log.error({ error }, 'Alerts of rules that are gone could not be ended.'),
    );
  }

  /** Alerts that no rule watches over any more are over, and what waited to become one is forgotten. */
  async function endOrphans(now_ms: number): Promise<void> {
    for (const { state, ...key } of abandonedOf(control.allWaiting(), parts))
      control.saveState(key, { ...initial_state, last_window_end_us: state.last_window_end_us });
    for (const { tenant, alert } of orphansOf(control.allFiring(), parts)) {
      const finding = findings.orphan({ ...alert, tenant }, now_ms);
      if (await judge.observe(finding, at_once)) await parts.onChange();
    }
  }

  async function ask(rule: PolledRule, now_ms: number): Promise<void> {
    const observations = await observe(rule, now_ms);
    if (observations === null) return;
    for (const observation of observations) {
      const finding = findings.of(rule, observation, now_ms);
      await settle(finding, rule.policy, observation.examples);
    }
    await settleUnseen(rule, observations, now_ms);
    await fault(rule, null, now_ms);
  }

  /** Null where the rule could not be asked; then its keys show the error. */
  async function observe(rule: PolledRule, now_ms: number): Promise<Observation[] | null> {
    try {
      return await evaluate(rule, { asked, cache, now_ms });
    } catch (error) {
      log.warn({ error, rule: rule.name }, 'A rule could not be asked.');
      const known = control.keysOf(rule.tenant ?? '', rule.name);
      const keys: readonly AlertKey[] = known.length > 0 ? known : [wholeKey(rule)];
      for (const key of keys)
        await judge.observe(findings.empty(rule, { key, evidence: 'error', now_ms }), rule.policy);
      await fault(rule, error, now_ms);
      return null;
    }
  }

  async function settle(finding: Finding, policy: Policy, examples: ExampleRequest | null): Promise<void> {
    const is_news = finding.evidence === 'breached' && control.state(finding).phase !== 'firing';
    const example_trace_ids =
      is_news && examples !== null ? await findExamples(finding.tenant, examples, parts, asked) : [];
    if (await judge.observe({ ...finding, example_trace_ids }, policy)) await parts.onChange();
  }

  /**
   * What was watched before and was not seen now: values of a column without spans have no data; what the rule does
   * not watch any more, because it was changed or could not be asked the first time, is over.
   */
  async function settleUnseen(rule: PolledRule, seen: readonly Observation[], now_ms: number): Promise<void> {
    const names = new Set(seen.map(watchedName));
    for (const key of control.keysOf(rule.tenant ?? '', rule.name)) {
      if (names.has(watchedName(key))) continue;
      if (rule.kind === 'threshold' && isValueOf(rule, key)) {
        const evidence = noData(rule);
        await settle(findings.empty(rule, { key, evidence, now_ms }), rule.policy, null);
      } else if (key.state.phase !== 'ok') {
        await settle(findings.unwatched(rule, key, now_ms), at_once, null);
      }
    }
  }

  /** An alert of its own on rules that cannot be asked for five minutes. */
  async function fault(rule: PolledRule, error: unknown, now_ms: number): Promise<void> {
    const finding = findings.fault(rule, error, now_ms);
    if (error === null && control.state(finding).phase === 'ok') return;
    await settle(finding, fault_policy, null);
  }

  return { run };
}

const at_once: Policy = { ...fault_policy, for_us: 0 };

function watchedName({ feature, slice_key, slice_value }: Watched): string {
  return JSON.stringify([feature, slice_key, slice_value]);
}

type Watched = Pick<AlertKey, 'feature' | 'slice_key' | 'slice_value'>;

/** Whether the rule watches each value of a column, and this is one of them. */
function isValueOf(rule: ThresholdRule, { feature, slice_key }: Watched): boolean {
  return rule.by === slice_key && featureOf(rule) === feature;
}

async function findExamples(
  tenant: string,
  { population, filters, worst, from_ms, to_ms }: ExampleRequest,
  { log }: RoundsParts,
  asked: Asked,
): Promise<string[]> {
  const range = { from_us: from_ms * 1000, to_us: to_ms * 1000 };
  try {
    const rows = await asked.query('alert_examples', { tenant, population, ...filters, worst, ...range });
    return rows.map((row) => String(row['trace_id']));
  } catch (error) {
    log.warn({ error }, 'Example traces of an alert could not be found.');
    return [];
  }
}

function askedOf(store: RoundStore, timeout_ms: number): Asked {
  return {
    query: (name, parameters) => store.query(name, parameters, { signal: AbortSignal.timeout(timeout_ms) }),
    async firstRow(tenant, statement) {
      const { rows } = await store.sql(statement, { tenant, rows_max: 1, timeout_ms });
      return rows[0] ?? null;
    },
  };
}
