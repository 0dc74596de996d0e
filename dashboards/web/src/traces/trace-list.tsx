import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { TraceSummary } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { formatZone } from '../format/time.ts';
import { useZone } from '../preferences/preferences.tsx';
import { Button } from '../ui/button.tsx';
import { useIsNarrow } from '../ui/use-is-narrow.ts';
import styles from './trace-list.module.css';
import { TraceRow } from './trace-row.tsx';

interface Props {
  traces: readonly TraceSummary[];
  /** When the list was fetched. */
  now: number;
  has_more: boolean;
  is_loading_more: boolean;
  onLoadMore(): void;
  /** Told whether the reader has scrolled away from the newest trace. */
  onReading(is_reading: boolean): void;
}

/** The list draws only the rows in sight, however many pages were loaded. */
export function TraceList({ traces, now, has_more, is_loading_more, onLoadMore, onReading }: Props) {
  const zone = useZone();
  const frame = useRef<HTMLDivElement>(null);
  const row_height = useIsNarrow() ? 58 : 36;
  const rows = useVirtualizer({
    count: traces.length,
    getScrollElement: () => frame.current,
    estimateSize: () => row_height,
    overscan: 10,
    useFlushSync: false,
  });
  return (
    <div
      ref={frame}
      className={styles.frame}
      onScroll={(event) => onReading(event.currentTarget.scrollTop > 4)}
    >
      <table className={styles.table} aria-label="Traces" aria-rowcount={has_more ? -1 : traces.length + 1}>
        <thead className={styles.head}>
          <tr className={styles.row} aria-rowindex={1}>
            <th scope="col">Name</th>
            <th scope="col">Service</th>
            <th scope="col">Agent</th>
            <th scope="col">Start, {formatZone(now, zone)}</th>
            <th scope="col" className={styles.number}>
              Duration
            </th>
            <th scope="col" className={styles.number}>
              Spans
            </th>
            <th scope="col" className={styles.number}>
              Errors
            </th>
            <th scope="col">Models</th>
            <th scope="col" className={styles.number}>
              Tokens in / out
            </th>
            <th scope="col" className={styles.number}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const trace = traces[index];
            return (
              trace && <TraceRow key={trace.trace_id} trace={trace} now={now} index={index} top={start} />
            );
          })}
        </tbody>
      </table>
      <p className={styles.end}>
        {formatCount(traces.length)} {traces.length === 1 ? 'trace' : 'traces'}
        {has_more ? ' so far' : ', no more in this time range'}
        {has_more && (
          <Button onPress={onLoadMore} isDisabled={is_loading_more}>
            {is_loading_more ? 'Loading…' : 'Load more'}
          </Button>
        )}
      </p>
    </div>
  );
}
