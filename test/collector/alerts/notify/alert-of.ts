import type { AlertRecord } from '../../../../collector/src/alerts/alert.ts';

/** An alert that fires, of a rule on the errors of a model. */
export function alertOf(id: string, more: Partial<AlertRecord> = {}): AlertRecord {
  return {
    ...{ alert_id: id, state: 'firing', rule: 'errors', feature: 'error_rate', slice_key: 'model' },
    ...{ slice_value: id, summary: `Errors of ${id}.`, since: '2026-11-21T12:00:00.000Z', resolved: null },
    ...{ changed: '2026-11-21T12:00:00.000Z', verdict: {}, example_trace_ids: [], severity: 'warning' },
    ...{ labels: {}, annotations: {}, runbook_url: null, query: null, last_good_versions: null },
    acknowledged: null,
    ...more,
  };
}
