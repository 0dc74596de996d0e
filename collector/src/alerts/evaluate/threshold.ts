import type { Row } from '../../stores/store.ts';
import type { Filters, SpanMeasure, ThresholdRule } from '../rules/rule.ts';
import {
  type Asked,
  askSeries,
  compare,
  comparison_words,
  type ExampleRequest,
  numberOf,
  type Observation,
  whole,
} from './observation.ts';
import { measureSql, spansSql } from './sql-text.ts';
import { figure, measureWords, span } from './words.ts';

/** More values of a column than this are not watched: the largest are. */
const SPLITS_MAX = 100;

/** Compares a measure over a window with a threshold, once or for each value of a column. */
export async function evaluateThreshold(
  rule: ThresholdRule,
  asked: Asked,
  to_ms: number,
): Promise<Observation[]> {
  const from_ms = to_ms - rule.window_ms;
  if (rule.of !== null) return [observe(rule, await namedReading(rule, asked, from_ms, to_ms), whole, to_ms)];
  const { tenant, population, filters, window_ms: step_ms, by: split_by } = rule;
  const request = { tenant: tenant ?? '', population, filters, from_ms, to_ms, step_ms, split_by };
  const rows = await askSeries(asked, request);
  const measure = rule.measure as SpanMeasure;
  if (split_by === null) return [observe(rule, readingOf(rows[0], measure), whole, to_ms)];
  return rows
    .filter((row) => row['split'] !== null)
    .slice(0, SPLITS_MAX)
    .map((row) => {
      const slice = { slice_key: split_by, slice_value: String(row['split']) };
      return observe(rule, readingOf(row, measure), slice, to_ms);
    });
}

interface Reading {
  /** Null where it is not known. */
  readonly value: number | null;
  readonly count: number;
}

export function readingOf(row: Row | undefined, measure: SpanMeasure): Reading {
  const get = (name: string) => numberOf(row?.[name]);
  const requests = get('requests') ?? 0;
  const of = /^(duration|ttft|tpot|queue)_p/.exec(measure)?.[1];
  if (of !== undefined) return { value: get(measure), count: get(`${of}_count`) ?? 0 };
  if (measure === 'error_rate') return { value: (get('errors') ?? 0) / requests, count: requests };
  if (measure === 'cost_per_request_usd')
    return { value: (get('cost_usd') ?? 0) / requests, count: requests };
  return { value: get(measure) ?? 0, count: requests };
}

async function namedReading(
  rule: ThresholdRule,
  asked: Asked,
  from_ms: number,
  to_ms: number,
): Promise<Reading> {
  const { tenant, of, measure, threshold, filters, window_ms } = rule;
  const range = { from_us: from_ms * 1000, to_us: to_ms * 1000, step_us: window_ms * 1000 };
  if (measure.startsWith('serving_')) {
    const [row] = await asked.query('alert_serving', { tenant, metric: of, model: filters.model, ...range });
    const value = numberOf(row?.[measure === 'serving_max' ? 'maximum' : 'mean']);
    return { value, count: numberOf(row?.['total']) ?? 0 };
  }
  // A score passes at one half or more, so that booleans and shares need no setting of their own.
  const limit = measure === 'score_pass_rate' ? 0.5 : threshold;
  const [row] = await asked.query('alert_scores', { tenant, name: of, threshold: String(limit), ...range });
  const count = numberOf(row?.['total']) ?? 0;
  const passed = count - (numberOf(row?.['bad']) ?? 0);
  return { value: measure === 'score_mean' ? numberOf(row?.['mean']) : passed / count, count };
}

type SliceOf = Pick<Observation, 'slice_key' | 'slice_value'>;

function observe(rule: ThresholdRule, { value, count }: Reading, slice: SliceOf, to_ms: number): Observation {
  const { measure, of, comparison, threshold, window_ms } = rule;
  const from_ms = to_ms - window_ms;
  const is_known = value !== null && Number.isFinite(value) && count >= rule.count_min;
  const what = `${measureWords(measure)}${of === null ? '' : ` of ${of}`}`;
  const where = slice.slice_key === 'all' ? '' : ` for ${slice.slice_key} "${slice.slice_value}"`;
  const limit = `${comparison_words[comparison]} ${figure(threshold, measure)}`;
  return {
    feature: featureOf(rule),
    ...slice,
    evidence: is_known ? (compare(value, comparison, threshold) ? 'breached' : 'fine') : noData(rule),
    from_ms,
    figures: { measure, of, value: is_known ? value : null, comparison, threshold, n_current: count },
    sentence: is_known
      ? `${what}${where} is ${figure(value, measure)} over ${span(window_ms)} (alert ${limit}, n = ${count})`
      : `${what}${where} has no data over ${span(window_ms)}`,
    query: of === null ? sqlOf(rule, slice, to_ms) : null,
    examples: of === null ? examplesOf(rule, slice, to_ms) : null,
  };
}

/** What is watched: the measure, of what it is named for. */
export function featureOf({ measure, of }: ThresholdRule): string {
  return of === null ? measure : `${measure}.${of}`;
}

export function noData({ no_data }: ThresholdRule): Observation['evidence'] {
  return no_data === 'page' ? 'breached' : no_data === 'ok' ? 'fine' : 'none';
}

function narrowed({ filters }: ThresholdRule, { slice_key, slice_value }: SliceOf): Filters {
  return slice_key === 'all' ? filters : { ...filters, [slice_key]: slice_value };
}

function sqlOf(rule: ThresholdRule, slice: SliceOf, to_ms: number): string {
  const { population, window_ms, measure } = rule;
  const select = `${measureSql(measure as SpanMeasure)} AS ${measure}, count(*) AS spans`;
  return spansSql({ select, population, filters: narrowed(rule, slice), from_ms: to_ms - window_ms, to_ms });
}

function examplesOf(rule: ThresholdRule, slice: SliceOf, to_ms: number): ExampleRequest {
  const { population, window_ms, measure } = rule;
  const worst = (
    [
      ['error', 'errors'],
      ['duration', 'duration'],
      ['ttft', 'ttft'],
      ['cost', 'cost'],
      ['unpriced', 'unpriced'],
    ] as const
  ).find(([start]) => measure.startsWith(start));
  const filters = narrowed(rule, slice);
  return { population, filters, worst: worst?.[1] ?? 'any', from_ms: to_ms - window_ms, to_ms };
}
