import type { QueryValue, Row } from '../../stores/store.ts';
import type { Severity } from '../alert.ts';
import type { Filters, Population } from '../rules/rule.ts';

/** What a polled rule saw this time, of one of the things it watches. */
export interface Observation {
  /** Names what is watched, such as "error_rate". */
  readonly feature: string;
  readonly slice_key: string;
  readonly slice_value: string;
  readonly evidence: 'breached' | 'fine' | 'none';
  /** Where it began, if it begins now. */
  readonly from_ms: number;
  readonly figures: Readonly<Record<string, unknown>>;
  /** What it is now, without a full stop: "the error rate is 12 % over 5 minutes, above 5 %". */
  readonly sentence: string;
  /** A statement of SQL that shows the same figure; null where there is none. */
  readonly query: string | null;
  /** In place of the severity of the rule. */
  readonly severity?: Severity;
  /** Which traces to show; null where none can speak for it. */
  readonly examples: ExampleRequest | null;
}

export interface ExampleRequest {
  readonly population: Population;
  readonly filters: Filters;
  readonly worst: 'errors' | 'duration' | 'ttft' | 'cost' | 'unpriced' | 'any';
  readonly from_ms: number;
  readonly to_ms: number;
}

/** What evaluating may ask of the store. */
export interface Asked {
  query(name: string, parameters: Readonly<Record<string, QueryValue>>): Promise<Row[]>;
  /** First row of a read-only statement; null where there is none. */
  firstRow(tenant: string, statement: string): Promise<Row | null>;
}

export const whole = { slice_key: 'all', slice_value: 'all' } as const;

export interface SpanRequest {
  readonly tenant: string;
  readonly population: Population;
  readonly filters: Filters;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly step_ms: number;
  readonly split_by?: string | null;
  readonly sli?: string | null;
  readonly threshold?: number | null;
}

/** Figures of spans for each step; see `alert_series.sql`. */
export function askSeries(asked: Asked, request: SpanRequest): Promise<Row[]> {
  const { tenant, population, filters, from_ms, to_ms, step_ms } = request;
  const { split_by = null, sli = null, threshold = 0 } = request;
  return asked.query('alert_series', {
    ...{ tenant, population, ...filters, split_by, sli, threshold: String(threshold ?? 0) },
    ...{ from_us: from_ms * 1000, to_us: to_ms * 1000, step_us: step_ms * 1000 },
  });
}

export function compare(value: number, comparison: '>' | '>=' | '<' | '<=', threshold: number): boolean {
  if (comparison === '>') return value > threshold;
  if (comparison === '>=') return value >= threshold;
  return comparison === '<' ? value < threshold : value <= threshold;
}

export const comparison_words = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
} as const;

export function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
