import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, type TimelinePoint } from '../api/client.ts';
import { formatCompact, formatCost, formatPercent } from '../format/number.ts';
import { sumKnown } from '../format/sum-known.ts';
import { useZone } from '../preferences/preferences.tsx';
import { toPeriod, toPeriodQuery } from '../url/time-range.ts';
import { BarChart } from './bar-chart.tsx';
import styles from './timeline.module.css';
import { activeFilters, type TracesSearch, traces_default_range } from './traces-search.ts';

/** Spans, errors, tokens and cost over the time range. */
export function Timeline({ search, refresh_ms }: { search: TracesSearch; refresh_ms: number | false }) {
  const query = {
    ...toPeriodQuery(search, traces_default_range),
    ...(search.service !== undefined && { service: search.service }),
    ...(search.model !== undefined && { model: search.model }),
  };
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ['timeline', query],
    queryFn: ({ signal }) => api.timeline(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refresh_ms,
  });
  const zone = useZone();
  const points = data?.points ?? [];
  const frame = {
    period: toPeriod(search, traces_default_range, dataUpdatedAt || Date.now()),
    step_ms: data?.step_ms ?? 0,
    zone,
  };
  const totals = addUp(points);
  const error_share = totals.spans === 0 ? '' : formatPercent(totals.errors / totals.spans);
  const ignored = activeFilters(search).some((name) => name !== 'service' && name !== 'model');
  return (
    <section className={styles.timeline} aria-label="Totals of the time range">
      <BarChart
        {...frame}
        name="Spans"
        total={formatCompact(totals.spans)}
        bars={barsOf(points, (p) => p.spans)}
      />
      <BarChart
        {...frame}
        name="Errors"
        tone="danger"
        total={formatCompact(totals.errors)}
        note={error_share}
        bars={barsOf(points, (p) => p.errors)}
      />
      <BarChart
        {...frame}
        name="Tokens"
        total={formatCompact(totals.tokens)}
        bars={barsOf(points, tokensOf)}
      />
      <BarChart
        {...frame}
        name="Cost"
        total={formatCost(totals.cost_usd)}
        format={formatCost}
        bars={barsOf(points, (p) => p.cost_usd)}
      />
      {ignored && <p className={styles.note}>These totals follow the time range, service and model only.</p>}
    </section>
  );
}

function barsOf(points: readonly TimelinePoint[], value: (point: TimelinePoint) => number | null) {
  return points.map((point) => ({ time_ms: Date.parse(point.time), value: value(point) }));
}

function tokensOf({ input_tokens, output_tokens }: TimelinePoint): number | null {
  return input_tokens === null && output_tokens === null ? null : (input_tokens ?? 0) + (output_tokens ?? 0);
}

function addUp(points: readonly TimelinePoint[]) {
  return {
    spans: points.reduce((sum, point) => sum + point.spans, 0),
    errors: points.reduce((sum, point) => sum + point.errors, 0),
    tokens: sumKnown(points.map(tokensOf)),
    cost_usd: sumKnown(points.map((point) => point.cost_usd)),
  };
}
