import { createHash } from 'node:crypto';
import type { Verdict } from '@sextant/detectors';
import { default_rule, type VerdictContext } from '../alerts/alert.ts';
import type { NewRow } from '../stores/schema.ts';
import type { TimeRange } from './read-sketches.ts';
import type { Slice, Stream } from './streams.ts';

export interface Judged {
  readonly stream: Stream;
  readonly window: TimeRange;
  readonly slice: Slice;
  readonly verdict: Verdict;
  /** See `leadVerdicts`. */
  readonly is_lead: boolean;
  readonly examples: readonly string[];
  /** What the verdict rests on and what is behind it, for whoever reads it. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A verdict on a closed window, with everything that follows from it. */
export interface WindowVerdict {
  readonly score: NewRow<'scores'>;
  readonly verdict: Verdict;
  readonly context: VerdictContext;
}

/** A verdict as a row of table `scores`, and as the alerts get it. The same window always has the same score id. */
export function windowVerdict(judged: Judged): WindowVerdict {
  const { stream, window, slice, verdict, is_lead, examples, details } = judged;
  const { tenant, feature, sketch_id } = stream;
  const { slice_key, slice_value } = slice;
  const { from_us, to_us } = window;
  const told = { ...verdict, ...details };
  const identity = [tenant, feature, sketch_id, slice_key, slice_value, verdict.detector, from_us, to_us];
  const context: VerdictContext = {
    ...{ tenant, rule: default_rule, feature, slice_key, slice_value, is_lead },
    window_start_us: from_us,
    window_end_us: to_us,
    example_trace_ids: examples,
  };
  const score = {
    ...{ tenant, feature, slice_key, slice_value, trace_id: null, span_id: null },
    score_id: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32),
    time: from_us,
    name: verdict.detector,
    source: 'detector',
    window_start: from_us,
    window_end: to_us,
    value: verdict.effect,
    label: verdict.drifted ? 'drifted' : 'stable',
    explanation: verdict.why,
    details: JSON.stringify(told),
  };
  return { score, verdict: told, context };
}
