import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { Json, SqlAnswer } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { head, reveal } from '../format/text.ts';
import { classes } from '../ui/classes.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Tag } from '../ui/tag.tsx';
import styles from './result-table.module.css';

const row_height = 28;
const cell_characters = 300;

/** The rows of an answer; only those in sight are drawn. */
export function ResultTable({ answer }: { answer: SqlAnswer }) {
  const { columns, rows, truncated } = answer;
  const frame = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => row_height,
    overscan: 12,
    useFlushSync: false,
  });
  const grid = { gridTemplateColumns: `repeat(${Math.max(1, columns.length)}, minmax(9rem, 1fr))` };
  return (
    <>
      <div className={styles.bar}>
        <span>{rows.length === 1 ? '1 row' : `${formatCount(rows.length)} rows`}</span>
        {truncated && <Tag tone="warn">Cut at the row limit: there are more</Tag>}
        <CopyButton text={() => JSON.stringify(rows, null, 2)} label="Copy rows as JSON" />
      </div>
      <ScrollRegion ref={frame} label="Result" className={styles.frame}>
        <table className={styles.table} aria-label="Result" aria-rowcount={rows.length + 1}>
          <thead className={styles.head}>
            <tr className={styles.row} style={grid} aria-rowindex={1}>
              {columns.map(({ name, type }) => (
                <th key={name} scope="col" title={type} className={classes(isNumeric(type) && styles.number)}>
                  {reveal(name)} <span className={styles.type}>{reveal(type.toLowerCase())}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={styles.body} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <tr
                key={index}
                className={styles.row}
                aria-rowindex={index + 2}
                style={{ ...grid, transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <Cell key={column.name} column={column} value={rows[index]?.[column.name] ?? null} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function Cell({ column, value }: { column: { name: string; type: string }; value: Json }) {
  if (value === null) return <td className={styles.null}>NULL</td>;
  if (column.name === 'trace_id' && typeof value === 'string') return <TraceCell trace_id={value} />;
  const text = reveal(head(typeof value === 'string' ? value : JSON.stringify(value), cell_characters));
  return (
    <td className={classes(isNumeric(column.type) && styles.number)} title={text}>
      {text}
    </td>
  );
}

function TraceCell({ trace_id }: { trace_id: string }) {
  return (
    <td>
      <Link to="/traces/$traceId" params={{ traceId: trace_id }}>
        {reveal(head(trace_id, cell_characters))}
      </Link>
    </td>
  );
}

/** By the type names of DuckDB and BigQuery. */
function isNumeric(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|DOUBLE|FLOAT|DECIMAL|NUMERIC|BIGNUMERIC)/i.test(type);
}
