import { default_tenant, isTenantName } from '../../access/credential.ts';
import { SextantError } from '../../errors.ts';
import { readPattern } from '../notify/pattern.ts';
import type { Policy } from '../state.ts';
import { FieldError, type Fields, type Path, readFields } from './fields.ts';
import {
  type BurnWindow,
  comparisons,
  type Filters,
  filter_names,
  type NoData,
  named_measures,
  no_data_choices,
  type Population,
  periods,
  populations,
  type Rule,
  rule_kinds,
  sli_kinds,
  span_measures,
  type ThresholdRule,
} from './rule.ts';

const severities = ['critical', 'warning', 'info'] as const;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const NAME_FORM = /^[a-zA-Z0-9][\w .:-]{0,99}$/;

interface ReadOptions {
  /** Whose rule it is, where whoever hands it in may not say so. */
  readonly tenant: string | null;
}

/**
 * Reads a rule from JSON.
 * @throws FieldError that names the field
 */
export function readRule(value: unknown, path: Path, { tenant }: ReadOptions): Rule {
  const fields = readFields(value, path);
  const name = fields.text('name');
  if (!NAME_FORM.test(name))
    throw new FieldError([...path, 'name'], 'must be letters, digits, spaces and _.:-');
  const kind = fields.choice('kind', rule_kinds);
  const base = {
    name,
    tenant: readTenant(fields, kind, tenant),
    severity: fields.choice('severity', severities, 'warning'),
    labels: fields.record('labels'),
    annotations: fields.record('annotations'),
    runbook_url: fields.optionalText('runbook_url'),
  };
  const rule: Rule = { ...base, ...readKind[kind](fields) } as Rule;
  fields.end();
  return rule;
}

function readTenant(fields: Fields, kind: Rule['kind'], given: string | null): string | null {
  const fallback = kind === 'verdict' ? null : default_tenant;
  const wanted = fields.optionalText('tenant');
  if (wanted !== null && !isTenantName(wanted))
    throw new FieldError([...fields.path, 'tenant'], 'is no tenant');
  if (given !== null && wanted !== null && wanted !== given)
    throw new FieldError([...fields.path, 'tenant'], 'is not yours');
  return given ?? wanted ?? fallback;
}

type KindOf<Name extends Rule['kind']> = Omit<
  Extract<Rule, { kind: Name }>,
  'name' | 'tenant' | 'severity' | 'labels' | 'annotations' | 'runbook_url'
>;

const readKind: { readonly [Name in Rule['kind']]: (fields: Fields) => KindOf<Name> } = {
  verdict: (fields) => ({
    kind: 'verdict',
    detector: pattern(fields, 'detector', '.*'),
    feature: pattern(fields, 'feature', '.*'),
    slice: pattern(fields, 'slice', '.*'),
    policy: {
      ...readPolicy(fields, false),
      for_windows: fields.number('for_windows', { fallback: 1, min: 1, max: 1000, integer: true }),
      keep_windows: fields.number('keep_windows', { fallback: 1, min: 1, max: 1000, integer: true }),
    },
  }),
  threshold: readThreshold,
  absence: (fields) => ({
    kind: 'absence',
    window_ms: windowOf(fields, 'window', '15m'),
    ...selection(fields, 'all'),
    policy: readPolicy(fields, true),
  }),
  burn_rate: readBurnRate,
  budget: readBudget,
  sql: (fields) => ({
    kind: 'sql',
    statement: fields.text('statement'),
    comparison: fields.choice('comparison', comparisons, '>'),
    threshold: fields.number('threshold'),
    no_data: fields.choice('no_data', no_data_choices, 'keep'),
    policy: readPolicy(fields, true),
  }),
};

function readThreshold(fields: Fields): KindOf<'threshold'> {
  const measure = fields.choice('measure', [...span_measures, ...named_measures]);
  const is_named = named_measures.some((one) => one === measure);
  const of = is_named ? fields.text('of') : null;
  const by = fields.has('by') ? fields.choice('by', filter_names) : null;
  const no_data: NoData = fields.choice('no_data', no_data_choices, 'keep');
  return {
    ...{ kind: 'threshold', measure, of, by, no_data },
    comparison: fields.choice('comparison', comparisons, '>'),
    threshold: fields.number('threshold'),
    window_ms: windowOf(fields, 'window', '5m'),
    count_min: fields.number('count_min', { fallback: defaultCount(measure), min: 0, integer: true }),
    ...selection(fields, 'calls'),
    policy: readPolicy(fields, true),
  };
}

/** Sums of nothing are 0; shares, means and quantiles of nothing are not known. */
function defaultCount(measure: ThresholdRule['measure']): number {
  const sums = ['requests', 'errors', 'cost_usd', 'input_tokens', 'output_tokens', 'unpriced'];
  return sums.includes(measure) ? 0 : 1;
}

/**
 * 2 % of the budget of 30 days in an hour, 5 % in six hours, 10 % in a day or in three.
 * Source: Google, The Site Reliability Workbook, chapter 5, table 5-8; 3x over a day as its text gives it.
 */
const burn_windows: readonly BurnWindow[] = [
  { factor: 14.4, long_ms: 60 * MINUTE_MS, short_ms: 5 * MINUTE_MS, severity: 'critical' },
  { factor: 6, long_ms: 360 * MINUTE_MS, short_ms: 30 * MINUTE_MS, severity: 'critical' },
  { factor: 3, long_ms: DAY_MS, short_ms: 120 * MINUTE_MS, severity: 'warning' },
  { factor: 1, long_ms: 3 * DAY_MS, short_ms: 360 * MINUTE_MS, severity: 'warning' },
];

function readBurnRate(fields: Fields): KindOf<'burn_rate'> {
  const sli = fields.choice('sli', sli_kinds);
  const has_threshold = sli !== 'availability' && sli !== 'tool';
  const windows = fields
    .list('windows')
    .map((one, index) => readBurnWindow(readFields(one, [...fields.path, 'windows', index])));
  return {
    ...{ kind: 'burn_rate', sli },
    threshold: has_threshold ? fields.number('threshold') : null,
    of: sli === 'score' ? fields.text('of') : null,
    objective: fields.number('objective', { min: 0.5, max: 0.99999 }),
    windows: windows.length === 0 ? burn_windows : windows,
    bad_min: fields.number('bad_min', { fallback: 5, min: 1, integer: true }),
    ...selection(fields, sli === 'tool' ? 'tools' : 'calls'),
    policy: readPolicy(fields, true),
  };
}

function readBurnWindow(fields: Fields): BurnWindow {
  const window = {
    factor: fields.number('factor', { min: 0.01, max: 10_000 }),
    long_ms: windowOf(fields, 'long'),
    short_ms: windowOf(fields, 'short'),
    severity: fields.choice('severity', severities, 'critical'),
  };
  if (window.short_ms >= window.long_ms)
    throw new FieldError([...fields.path, 'short'], 'must be shorter than the long window');
  fields.end();
  return window;
}

function readBudget(fields: Fields): KindOf<'budget'> {
  return {
    kind: 'budget',
    filters: readFilters(fields),
    limit_usd: fields.number('limit_usd', { min: 0.000001 }),
    period: fields.choice('period', periods),
    at_share: fields.number('at_share', { fallback: 1, min: 0.01, max: 10 }),
    forecast: fields.boolean('forecast', true),
    policy: readPolicy(fields, true),
  };
}

function readPolicy(fields: Fields, shows_no_data: boolean): Policy {
  return {
    for_windows: 1,
    for_us: fields.duration('for', '0') * 1000,
    keep_windows: 1,
    keep_us: fields.duration('keep_firing_for', '0') * 1000,
    shows_no_data,
  };
}

function selection(fields: Fields, population: Population) {
  return { population: fields.choice('spans', populations, population), filters: readFilters(fields) };
}

function readFilters(fields: Fields): Filters {
  const filters = fields.object('filters');
  const read = Object.fromEntries(filter_names.map((name) => [name, filters.optionalText(name)]));
  filters.end();
  return read as unknown as Filters;
}

function windowOf(fields: Fields, name: string, fallback?: string): number {
  const window_ms = fields.duration(name, fallback);
  if (window_ms < MINUTE_MS || window_ms > 31 * DAY_MS)
    throw new FieldError([...fields.path, name], 'must be from 1m to 31d');
  return window_ms;
}

function pattern(fields: Fields, name: string, fallback: string): string {
  const text = fields.text(name, fallback);
  try {
    readPattern(text);
  } catch (error) {
    if (error instanceof SextantError)
      throw new FieldError([...fields.path, name], `is wrong: ${error.detail}`);
    throw error;
  }
  return text;
}
