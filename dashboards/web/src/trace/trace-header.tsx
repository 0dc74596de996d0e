import { Link } from '@tanstack/react-router';
import { ChevronLeft, CircleAlert, Link as LinkIcon, RefreshCw } from 'lucide-react';
import type { SpanOutline } from '../api/client.ts';
import {
  formatCompact,
  formatCostSum,
  formatCount,
  formatDuration,
  unknown_value,
} from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Figure } from '../ui/figure.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Timestamp } from '../ui/timestamp.tsx';
import type { SpanTree } from './span-tree.ts';
import styles from './trace-header.module.css';
import type { TraceTotals } from './trace-summary.ts';

interface Props {
  trace_id: string;
  tree: SpanTree<SpanOutline>;
  totals: TraceTotals;
  onRefresh(): void;
}

/** What the trace is, and what it took. */
export function TraceHeader({ trace_id, tree, totals, onRefresh }: Props) {
  const root = tree.spans[tree.order[0] ?? 0];
  return (
    <header className={styles.header}>
      <div className={styles.line}>
        <Link to="/traces" className={styles.back} aria-label="Back to the traces">
          <ChevronLeft size={16} />
        </Link>
        <h1 className={styles.name}>{reveal(root?.name || 'unnamed')}</h1>
        <code className={styles.id}>{trace_id}</code>
        <CopyButton text={trace_id} label="Copy trace id" />
        <CopyButton text={() => window.location.href} label="Copy link" Icon={LinkIcon} />
        <Button look="plain" is_square aria-label="Load again" onPress={onRefresh}>
          <RefreshCw size={14} />
        </Button>
      </div>
      <ScrollRegion label="Figures of the trace">
        <dl className={styles.figures}>
          <Figure label="Start">
            {root === undefined ? unknown_value : <Timestamp time={root.start_time} />}
          </Figure>
          <Figure label="Duration">{formatDuration(totals.duration_ms)}</Figure>
          <Figure label="Spans">{formatCount(totals.spans)}</Figure>
          <Figure label="Errors">
            {totals.errors > 0 && <CircleAlert size={13} className={styles.failed} aria-hidden="true" />}
            {formatCount(totals.errors)}
          </Figure>
          <Figure label="Model calls">{formatCount(totals.leaf_calls)}</Figure>
          <Figure label="Tokens in / out">
            {formatCompact(totals.input_tokens)} / {formatCompact(totals.output_tokens)}
          </Figure>
          <Figure label="Cost">{formatCostSum(totals)}</Figure>
          <Figure label="Models">{reveal(totals.models.join(', ')) || unknown_value}</Figure>
          <Figure label="Services">{reveal(totals.services.join(', ')) || unknown_value}</Figure>
        </dl>
      </ScrollRegion>
    </header>
  );
}
