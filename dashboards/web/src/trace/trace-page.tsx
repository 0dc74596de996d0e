import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useMemo } from 'react';
import { api, type Trace } from '../api/client.ts';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { SpanPanel } from './span-panel.tsx';
import { buildSpanTree } from './span-tree.ts';
import { TraceHeader } from './trace-header.tsx';
import styles from './trace-page.module.css';
import { mostTelling, summarise } from './trace-summary.ts';
import { Waterfall } from './waterfall.tsx';

const route = getRouteApi('/traces/$traceId');

/** One trace: its waterfall, and the span that is looked at. */
export function TracePage(): ReactNode {
  const { traceId } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['trace', traceId],
    queryFn: ({ signal }) => api.trace(traceId, signal),
    // Comparing two outlines of 50,000 spans costs more than drawing the new one.
    structuralSharing: false,
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="trace" />;
  return <LoadedTrace trace={data} onRefresh={() => void refetch()} />;
}

function LoadedTrace({ trace, onRefresh }: { trace: Trace; onRefresh(): void }) {
  const { span } = route.useSearch();
  const navigate = useNavigate({ from: '/traces/$traceId' });
  const tree = useMemo(() => buildSpanTree(trace.spans), [trace]);
  const totals = useMemo(() => summarise(tree.spans), [tree]);
  const selected = span ?? mostTelling(tree.spans)?.span_id;
  const select = useCallback(
    (span_id: string) => void navigate({ search: { span: span_id }, replace: true }),
    [navigate],
  );
  return (
    <div className={styles.page}>
      <TraceHeader trace_id={trace.trace_id} tree={tree} totals={totals} onRefresh={onRefresh} />
      <div className={styles.columns}>
        <Waterfall
          tree={tree}
          totals={totals}
          selected={selected}
          is_chosen={span !== undefined}
          onSelect={select}
        />
        {selected !== undefined && <SpanPanel key={selected} trace_id={trace.trace_id} span_id={selected} />}
      </div>
    </div>
  );
}
