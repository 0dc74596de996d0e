import type { Row, Store } from '../../stores/store.ts';
import type { AlertRecord } from '../alert.ts';
import { askSeries, numberOf, type SpanRequest } from '../evaluate/observation.ts';
import { readingOf } from '../evaluate/threshold.ts';
import type { PolledRule, SpanMeasure } from '../rules/rule.ts';
import { drawLineChart, type Point } from './line-chart.ts';

const HOUR_MS = 3_600_000;
const STEPS = 96;

interface ChartRequest {
  readonly tenant: string;
  readonly alert: AlertRecord;
  /** The rule it comes from; null for verdicts, and where it is gone. */
  readonly rule: PolledRule | null;
  readonly now_ms: number;
}

/** What the alert is about, from well before it began to its end: the measure of the rule, or the drifted share. */
export async function chartOf(
  { tenant, alert, rule, now_ms }: ChartRequest,
  store: Pick<Store, 'query'>,
  timeout_ms: number,
): Promise<Buffer> {
  const since_ms = Date.parse(alert.since);
  const to_ms = alert.resolved === null ? now_ms : Date.parse(alert.resolved);
  const from_ms = since_ms - Math.max(HOUR_MS * 2, to_ms - since_ms);
  const query: Store['query'] = (name, parameters) =>
    store.query(name, parameters, { signal: AbortSignal.timeout(timeout_ms) });
  const range = { from_ms, to_ms, step_ms: Math.max(60_000, Math.ceil((to_ms - from_ms) / STEPS)) };
  const points =
    rule === null
      ? await verdictPoints(alert, { tenant, ...range }, query)
      : await rulePoints({ tenant, alert, rule, range }, query);
  const limit = rule?.kind === 'threshold' ? rule.threshold : null;
  return drawLineChart({ points, threshold: limit, since_ms, from_ms, to_ms });
}

type Query = Store['query'];
type Range = Pick<SpanRequest, 'from_ms' | 'to_ms' | 'step_ms'>;

async function verdictPoints(
  alert: AlertRecord,
  asked: Range & { tenant: string },
  query: Query,
): Promise<Point[]> {
  const { feature, slice_key, slice_value, verdict } = alert;
  const times = { from_us: asked.from_ms * 1000, to_us: asked.to_ms * 1000 };
  const rows = await query('verdicts', { tenant: asked.tenant, feature, slice_key, slice_value, ...times });
  return rows
    .filter((row) => row['detector'] === verdict['detector'])
    .flatMap((row) => {
      const value = numberOf((JSON.parse(String(row['details'])) as { effect?: unknown }).effect);
      return value === null ? [] : [{ time_ms: Number(row['window_end']) / 1000, value }];
    });
}

interface RuleRequest {
  readonly tenant: string;
  readonly alert: AlertRecord;
  readonly rule: PolledRule;
  readonly range: Range;
}

async function rulePoints({ tenant, alert, rule, range }: RuleRequest, query: Query): Promise<Point[]> {
  if (rule.kind === 'sql' || (rule.kind !== 'absence' && 'of' in rule && rule.of !== null)) return [];
  const { slice_key, slice_value } = alert;
  const filters = slice_key === 'all' ? rule.filters : { ...rule.filters, [slice_key]: slice_value };
  const population = rule.kind === 'budget' ? 'calls' : rule.population;
  const sli = rule.kind === 'burn_rate' ? { sli: rule.sli, threshold: rule.threshold } : {};
  const asked = { query, firstRow: async () => null };
  const rows = await askSeries(asked, { tenant, population, filters, ...range, ...sli });
  return rows.flatMap((row) => {
    const value = figureOf(rule, row);
    return value === null || !Number.isFinite(value) ? [] : [{ time_ms: Number(row['time']) / 1000, value }];
  });
}

function figureOf(rule: PolledRule, row: Row): number | null {
  if (rule.kind === 'threshold') return readingOf(row, rule.measure as SpanMeasure).value;
  if (rule.kind === 'burn_rate') return Number(row['sli_bad']) / Number(row['sli_total']);
  return numberOf(row[rule.kind === 'budget' ? 'cost_usd' : 'requests']) ?? 0;
}
