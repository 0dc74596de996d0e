import { formatDuration } from '../format/number.ts';
import type { TraceTotals } from './trace-summary.ts';
import styles from './waterfall.module.css';

const marks = [0, 0.25, 0.5, 0.75];

/** The heading of the waterfall: time since the first span. */
export function TimeAxis({ totals }: { totals: TraceTotals }) {
  return (
    <thead className={styles.head}>
      <tr className={styles.row} aria-rowindex={1}>
        <th scope="col">Span</th>
        <th scope="col" className={styles.track} aria-label="Time">
          {marks.map((share) => (
            <span key={share} className={styles.mark} style={{ left: `${share * 100}%` }}>
              {share === 0 ? '0' : formatDuration(totals.duration_ms * share)}
            </span>
          ))}
        </th>
      </tr>
    </thead>
  );
}
