import { ChevronDown, ChevronRight, CircleAlert, Unlink } from 'lucide-react';
import { memo } from 'react';
import type { SpanOutline } from '../api/client.ts';
import { formatCompact, formatCost, formatCount, formatDuration } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { classes } from '../ui/classes.ts';
import { lookOf, OperationIcon } from '../ui/operation.tsx';
import type { SpanTree } from './span-tree.ts';
import type { TraceTotals } from './trace-summary.ts';
import styles from './waterfall.module.css';

interface Props {
  tree: SpanTree<SpanOutline>;
  totals: TraceTotals;
  row: number;
  /** Place among the visible rows. */
  index: number;
  /** Distance from the top of the grid in pixels. */
  top: number;
  is_folded: boolean;
  is_cursor: boolean;
  onToggle(row: number): void;
  onSelect(row: number): void;
}

/** Deeper levels are drawn at this one, with their depth as a number: a narrow column holds no 10,000 steps. */
const indented_levels_max = 12;

export const WaterfallRow = memo(function WaterfallRow(props: Props) {
  const { tree, row, index, top, is_folded, is_cursor, onToggle, onSelect } = props;
  const span = tree.spans[tree.order[row] ?? 0];
  if (span === undefined) return null;
  const depth = tree.depth[row] ?? 0;
  const descendants = tree.descendants[row] ?? 0;
  return (
    <tr
      id={`row-${row}`}
      className={classes(styles.row, is_cursor && styles.cursor)}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={is_cursor}
      {...(descendants > 0 && { 'aria-expanded': !is_folded })}
      onMouseDown={() => onSelect(row)}
    >
      <td className={styles.name} style={{ paddingLeft: `${Math.min(depth, indented_levels_max) * 14}px` }}>
        {descendants > 0 ? (
          <Fold is_folded={is_folded} descendants={descendants} onToggle={() => onToggle(row)} />
        ) : (
          <span className={styles.leaf} />
        )}
        {depth > indented_levels_max && <span className={styles.depth}>{formatCount(depth)}</span>}
        <OperationIcon operation={span.operation} />
        <span className={styles.label} title={reveal(span.name)}>
          {reveal(span.name) || 'unnamed'}
        </span>
        <Marks span={span} detached={tree.detached.get(row)} />
        {is_folded && <span className={styles.count}>+{formatCount(descendants)}</span>}
      </td>
      <td className={styles.track}>
        <TimeBar span={span} totals={props.totals} />
      </td>
    </tr>
  );
});

interface FoldProps {
  is_folded: boolean;
  descendants: number;
  onToggle(): void;
}

/** For the mouse; the keyboard folds with the arrow keys, and the row itself says whether it is unfolded. */
function Fold({ is_folded, descendants, onToggle }: FoldProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.fold}
      aria-label={`${is_folded ? 'Unfold' : 'Fold'} ${formatCount(descendants)} spans`}
      onMouseDown={(event) => event.stopPropagation()}
      onClick={onToggle}
    >
      {is_folded ? <ChevronRight size={14} /> : <ChevronDown size={14} />}
    </button>
  );
}

function Marks({ span, detached }: { span: SpanOutline; detached: 'orphan' | 'cycle' | undefined }) {
  const detached_words = { orphan: 'Its parent is not in this trace', cycle: 'Its parents form a ring' };
  return (
    <>
      {span.status === 'error' && (
        <CircleAlert
          size={13}
          className={styles.failed}
          aria-label={`error ${reveal(span.error_type ?? '')}`}
        />
      )}
      {detached !== undefined && (
        <Unlink size={12} className={styles.detached} aria-label={detached_words[detached]} />
      )}
    </>
  );
}

function TimeBar({ span, totals }: { span: SpanOutline; totals: TraceTotals }) {
  const length_us = Math.max(1, totals.end_us - totals.start_us);
  const left = ((span.start_us - totals.start_us) / length_us) * 100;
  const width = (Math.max(0, span.duration_ms * 1_000) / length_us) * 100;
  const first_token = span.ttft_ms === null || span.duration_ms <= 0 ? null : span.ttft_ms / span.duration_ms;
  // The words stand after the bar while there is room, else before it or inside, where there is more. What is too long
  // loses its end, never the first digits of the duration.
  const right = Math.max(0, 100 - left - width);
  const place = right > 30 ? 'after' : left > Math.max(30, width) ? 'before' : 'inside';
  const words = {
    after: { left: `${left + width}%`, maxWidth: `${right}%` },
    before: { right: `${100 - left}%`, maxWidth: `${left}%` },
    inside: { right: `${right}%`, maxWidth: `${100 - right}%` },
  };
  return (
    <>
      <span
        className={classes(styles.bar, span.status === 'error' && styles.erred)}
        style={{ left: `${left}%`, width: `${width}%`, backgroundColor: lookOf(span.operation).color }}
      >
        {first_token !== null && first_token < 1 && (
          <span
            className={styles.token}
            style={{ left: `${first_token * 100}%` }}
            title={`First token after ${formatDuration(span.ttft_ms)}`}
          />
        )}
      </span>
      <span className={classes(styles.words, place === 'inside' && styles.inside)} style={words[place]}>
        {formatDuration(span.duration_ms)}
        <span className={styles.extra}>{describeCall(span)}</span>
      </span>
    </>
  );
}

/** Tokens and cost, for a single call: a parent repeats the sums of its children. */
function describeCall(span: SpanOutline): string {
  if (!span.is_leaf) return '';
  const { input_tokens, output_tokens, cost_usd } = span;
  const has_tokens = input_tokens !== null || output_tokens !== null;
  const tokens = has_tokens ? ` · ${formatCompact(input_tokens)} → ${formatCompact(output_tokens)}` : '';
  return cost_usd === null ? tokens : `${tokens} · ${formatCost(cost_usd)}`;
}
