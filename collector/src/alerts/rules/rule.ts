import type { Severity } from '../alert.ts';
import type { Labels } from '../notify/matcher.ts';
import type { Policy } from '../state.ts';

/** A rule says what is wrong, for how long it has to be, and how it is told. */
export type Rule = VerdictRule | ThresholdRule | AbsenceRule | BurnRateRule | BudgetRule | SqlRule;
/** A rule that is asked again and again; verdicts come by themselves. */
export type PolledRule = Exclude<Rule, VerdictRule>;

export const rule_kinds = ['verdict', 'threshold', 'absence', 'burn_rate', 'budget', 'sql'] as const;

interface RuleBase {
  readonly name: string;
  /** Whose telemetry it watches; null for verdicts of every tenant. */
  readonly tenant: string | null;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly runbook_url: string | null;
  readonly policy: Policy;
}

/** Alerts on verdicts of detectors; patterns as in `notify/pattern.ts`. */
export interface VerdictRule extends RuleBase {
  readonly kind: 'verdict';
  readonly detector: string;
  readonly feature: string;
  /** A pattern on "key=value"; "all=all" is all traffic. */
  readonly slice: string;
}

/** What a polled rule counts: spans of these, and no others. Null leaves the column alone. */
export interface Filters {
  readonly service: string | null;
  readonly environment: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly operation: string | null;
  readonly agent: string | null;
  readonly tool: string | null;
  readonly prompt: string | null;
  readonly prompt_version: string | null;
  readonly chain: string | null;
  readonly chain_version: string | null;
  readonly adapter: string | null;
  readonly deployment_version: string | null;
  readonly user: string | null;
}

export const filter_names = [
  'service',
  'environment',
  'model',
  'provider',
  'operation',
  'agent',
  'tool',
  'prompt',
  'prompt_version',
  'chain',
  'chain_version',
  'adapter',
  'deployment_version',
  'user',
] as const satisfies readonly (keyof Filters)[];

/** Which spans are looked at: calls of models, roots of traces, calls of tools, or all. */
export const populations = ['calls', 'traces', 'tools', 'all'] as const;
export type Population = (typeof populations)[number];

/** What threshold rules measure of spans. */
export const span_measures = [
  'error_rate',
  'requests',
  'errors',
  'duration_p50_ms',
  'duration_p90_ms',
  'duration_p95_ms',
  'duration_p99_ms',
  'ttft_p50_ms',
  'ttft_p90_ms',
  'ttft_p95_ms',
  'ttft_p99_ms',
  'tpot_p95_ms',
  'queue_p95_ms',
  'cost_usd',
  'cost_per_request_usd',
  'input_tokens',
  'output_tokens',
  'unpriced',
] as const;
export type SpanMeasure = (typeof span_measures)[number];

/** What they measure of scores and of readings of serving engines. */
export const named_measures = ['score_mean', 'score_pass_rate', 'serving_mean', 'serving_max'] as const;
export type NamedMeasure = (typeof named_measures)[number];

export const comparisons = ['>', '>=', '<', '<='] as const;
export type Comparison = (typeof comparisons)[number];

/** What absent data mean: nothing new, that all is well, or the condition itself. */
export const no_data_choices = ['keep', 'ok', 'page'] as const;
export type NoData = (typeof no_data_choices)[number];

interface SpanSelection {
  readonly population: Population;
  readonly filters: Filters;
}

export interface ThresholdRule extends RuleBase, SpanSelection {
  readonly kind: 'threshold';
  readonly measure: SpanMeasure | NamedMeasure;
  /** Name of the score, or metric of the serving engine; null for measures of spans. */
  readonly of: string | null;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly window_ms: number;
  /** One alert for each value of this column; null for one over all. */
  readonly by: keyof Filters | null;
  /** Fewer spans, scores or readings than this are no data. */
  readonly count_min: number;
  readonly no_data: NoData;
}

export interface AbsenceRule extends RuleBase, SpanSelection {
  readonly kind: 'absence';
  /** How long nothing may come. */
  readonly window_ms: number;
}

export const sli_kinds = ['availability', 'latency', 'ttft', 'cost', 'score', 'tool'] as const;
export type SliKind = (typeof sli_kinds)[number];

export interface BurnRateRule extends RuleBase, SpanSelection {
  readonly kind: 'burn_rate';
  readonly sli: SliKind;
  /** A span is bad above it: milliseconds or US dollars; a score is bad below it. Null where the status decides. */
  readonly threshold: number | null;
  /** Name of the score; null for spans. */
  readonly of: string | null;
  /** Share of events that are to be good, below 1. */
  readonly objective: number;
  readonly windows: readonly BurnWindow[];
  /** Fewer bad events in the long window never fire. */
  readonly bad_min: number;
}

/** Both windows must burn at least so many times as fast as the objective allows. */
export interface BurnWindow {
  readonly factor: number;
  readonly long_ms: number;
  readonly short_ms: number;
  readonly severity: Severity;
}

export const periods = ['hour', 'day', 'month'] as const;
export type Period = (typeof periods)[number];

export interface BudgetRule extends RuleBase {
  readonly kind: 'budget';
  readonly filters: Filters;
  readonly limit_usd: number;
  /** Of the calendar, UTC. */
  readonly period: Period;
  /** Fires at this share of the limit. */
  readonly at_share: number;
  /** Fires as well when the forecast for the end of the period is above the limit. */
  readonly forecast: boolean;
}

/** A statement of the operator, read-only and limited as every statement; its first row has a number `value`. */
export interface SqlRule extends RuleBase {
  readonly kind: 'sql';
  readonly statement: string;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly no_data: NoData;
}
