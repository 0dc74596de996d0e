import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SpanOutline } from '../api/client.ts';
import { type SpanTree, visibleIndex, visibleRows } from './span-tree.ts';
import { TimeAxis } from './time-axis.tsx';
import type { TraceTotals } from './trace-summary.ts';
import styles from './waterfall.module.css';
import { stepTo } from './waterfall-keys.ts';
import { WaterfallRow } from './waterfall-row.tsx';
import { WaterfallTools } from './waterfall-tools.tsx';

interface Props {
  tree: SpanTree<SpanOutline>;
  totals: TraceTotals;
  selected: string | undefined;
  /** Whether the selection was asked for, so that the waterfall goes there. */
  is_chosen: boolean;
  onSelect(span_id: string): void;
}

const row_height = 28;
/** Holding an arrow key passes many spans; only the one where it stops is loaded. */
const settle_ms = 150;

/** The spans over time. Focus stays on the grid itself, so that scrolling a row away cannot lose it. */
export function Waterfall({ tree, totals, selected, is_chosen, onSelect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const visible = useMemo(() => visibleRows(tree, folded), [tree, folded]);
  const cursor = useCursor(tree, selected, onSelect);
  const cursor_index = visibleIndex(visible, cursor.row);
  const rows = useVirtualizer({
    count: visible.length,
    getScrollElement: () => frame.current,
    estimateSize: () => row_height,
    overscan: 8,
    useFlushSync: false,
    scrollMargin: row_height,
    scrollPaddingStart: row_height,
    // The row under the cursor is always drawn: assistive technology is pointed at it.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), cursor_index])].sort((a, b) => a - b),
  });
  const toggle = useCallback((row: number) => setFolded((old) => toggled(old, row)), []);
  const show = (row: number) => {
    setFolded((old) => withoutAncestors(tree, old, row));
    cursor.move(row);
  };
  const was_drawn = useRef(false);
  useEffect(() => {
    if (was_drawn.current) rows.scrollToIndex(cursor_index);
    else if (is_chosen) rows.scrollToIndex(cursor_index, { align: 'center' });
    was_drawn.current = true;
  }, [rows, cursor_index, is_chosen]);
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page_rows = Math.floor((frame.current?.clientHeight ?? 0) / row_height) - 1;
    const step = stepTo(event.key, { tree, visible, folded, row: cursor.row, page_rows });
    if (step === undefined) return;
    event.preventDefault();
    if (step.toggles) toggle(cursor.row);
    cursor.move(step.row);
    if (step.selects) cursor.settle(step.row);
  };
  return (
    <section className={styles.waterfall} aria-label="Waterfall">
      <WaterfallTools tree={tree} row={cursor.row} onFold={setFolded} onShow={show} />
      <div ref={frame} className={styles.frame}>
        <table
          {...gridAttributes(visible.length, `row-${visible[cursor_index] ?? 0}`)}
          className={styles.grid}
          onKeyDown={press}
        >
          <TimeAxis totals={totals} />
          <tbody className={styles.body} style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => (
              <WaterfallRow
                key={visible[index]}
                {...{ tree, totals, index, top: start - row_height }}
                row={visible[index] ?? 0}
                is_folded={folded.has(visible[index] ?? 0)}
                is_cursor={index === cursor_index}
                onToggle={toggle}
                onSelect={cursor.settle}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** A treegrid of the ARIA Authoring Practices; it points at the row of the cursor instead of focusing it. */
function gridAttributes(rows: number, active_row_id: string) {
  return {
    role: 'treegrid',
    tabIndex: 0,
    'aria-label': 'Spans',
    'aria-rowcount': rows + 1,
    'aria-activedescendant': active_row_id,
  };
}

/** The row the keyboard is at. The selection in the URL follows it when it comes to rest. */
function useCursor(tree: SpanTree, selected: string | undefined, onSelect: (span_id: string) => void) {
  const selected_row = tree.row_of.get(selected ?? '') ?? 0;
  const [row, setRow] = useState(selected_row);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setRow(selected_row), [selected_row]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const select = useCallback(
    (at: number) => {
      const id = tree.spans[tree.order[at] ?? 0]?.span_id;
      if (id !== undefined) onSelect(id);
    },
    [tree, onSelect],
  );
  const settle = useCallback(
    (to: number) => {
      clearTimeout(timer.current);
      setRow(to);
      select(to);
    },
    [select],
  );
  const move = useCallback(
    (to: number) => {
      clearTimeout(timer.current);
      setRow(to);
      timer.current = setTimeout(() => select(to), settle_ms);
    },
    [select],
  );
  return { row, move, settle };
}

function toggled(folded: ReadonlySet<number>, row: number): ReadonlySet<number> {
  const next = new Set(folded);
  if (!next.delete(row)) next.add(row);
  return next;
}

function withoutAncestors(tree: SpanTree, folded: ReadonlySet<number>, row: number): ReadonlySet<number> {
  const next = new Set(folded);
  for (let above = tree.parent[row] ?? -1; above !== -1; above = tree.parent[above] ?? -1) next.delete(above);
  return next.size === folded.size ? folded : next;
}
