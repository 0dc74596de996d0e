import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import type { NewRow } from '../stores/schema.ts';
import { type AlertRecord, describeAlert, type Finding } from './alert.ts';
import type { Control } from './control.ts';
import type { Dispatch } from './notify/dispatch.ts';
import type { Labels } from './notify/matcher.ts';
import { advance, type Policy } from './state.ts';
import type { Unwritten } from './unwritten.ts';

/** Takes findings one at a time: state, alert, notification and row change in one transaction, or not at all. */
export interface Judge {
  /**
   * When it resolves, what follows from the finding is durable; a window that was handed before changes nothing.
   * Rejects when the control database cannot be written, and may then be repeated.
   * @returns whether the alert changed
   */
  observe(finding: Finding, policy: Policy): Promise<boolean>;
}

interface JudgeParts {
  readonly database: DatabaseSync;
  readonly control: Control;
  readonly dispatch: Pick<Dispatch, 'changed' | 'ends' | 'run'>;
  readonly unwritten: Pick<Unwritten, 'insert'>;
  readonly now: () => number;
  /** Versions as they were before a time, looked up when an alert fires. Never rejects. */
  readonly versionsBefore: (tenant: string, time_us: number) => Promise<Labels | null>;
}

export function createJudge(parts: JudgeParts): Judge {
  const { database, control } = parts;

  async function observe(finding: Finding, policy: Policy): Promise<boolean> {
    const { transition } = advance(control.state(finding), finding, policy);
    const versions =
      transition?.to === 'firing' ? await parts.versionsBefore(finding.tenant, transition.since_us) : null;
    return transaction(database, () => change(finding, policy, versions));
  }

  function change(finding: Finding, policy: Policy, versions: Labels | null): boolean {
    const { tenant } = finding;
    const before = control.state(finding);
    const { state, transition } = advance(before, finding, policy);
    if (state !== before) control.saveState(finding, state);
    if (transition === null) return false;
    const described = describeAlert(finding, transition, versions);
    const known = control.alert(described.alert_id)?.alert;
    const alert = known === undefined ? described : continued(described, known);
    if (alert.state === 'resolved') parts.dispatch.ends(alert.alert_id, parts.now());
    control.saveAlert(tenant, alert);
    parts.dispatch.changed(tenant, alert, parts.now());
    parts.dispatch.run(parts.now());
    parts.unwritten.insert(rowOf(alert, finding));
    return true;
  }

  return { observe };
}

/**
 * What was found out when it fired stays with it, and so does what receivers know it by: where the rule was changed
 * meanwhile, its end would else be the end of another alert.
 */
function continued(alert: AlertRecord, known: AlertRecord): AlertRecord {
  const { last_good_versions, acknowledged, severity, labels } = known;
  const { example_trace_ids } = alert.example_trace_ids.length > 0 ? alert : known;
  return { ...alert, last_good_versions, acknowledged, severity, labels, example_trace_ids };
}

function rowOf(alert: AlertRecord, { tenant, window_end_us }: Finding): NewRow<'alerts'> {
  const { alert_id, state, rule, feature, slice_key, slice_value, summary } = alert;
  const { verdict, example_trace_ids, severity, labels } = alert;
  const details = JSON.stringify({ verdict, example_trace_ids, severity, labels });
  return {
    ...{
      tenant,
      alert_id,
      time: window_end_us,
      state,
      rule,
      feature,
      slice_key,
      slice_value,
      summary,
      details,
    },
  };
}
