import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import type { TraceSummary } from '../api/client.ts';
import {
  formatCompact,
  formatCostSum,
  formatCount,
  formatDuration,
  unknown_value,
} from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { classes } from '../ui/classes.ts';
import { ShortTimestamp } from '../ui/timestamp.tsx';
import styles from './trace-list.module.css';

interface Props {
  trace: TraceSummary;
  now: number;
  index: number;
  /** Distance from the top of the list in pixels. */
  top: number;
}

export function TraceRow({ trace, now, index, top }: Props) {
  const { trace_id, error_count } = trace;
  const name = trace.name === '' ? 'unnamed' : reveal(trace.name);
  return (
    <tr className={styles.row} aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <td className={styles.name}>
        <Link to="/traces/$traceId" params={{ traceId: trace_id }} className={styles.link} title={name}>
          {name}
        </Link>
        {!trace.has_root && <span className={styles.faint}>root missing</span>}
      </td>
      <TextCell className={styles.service} text={trace.service} />
      <TextCell className={styles.agent} text={trace.agent_name} />
      <td className={styles.start}>
        <ShortTimestamp time={trace.start_time} now={now} />
      </td>
      <td className={classes(styles.number, styles.duration)}>{formatDuration(trace.duration_ms)}</td>
      <td className={classes(styles.number, styles.spans)}>{formatCompact(trace.span_count)}</td>
      <td className={classes(styles.number, styles.errors, error_count > 0 ? styles.failed : styles.none)}>
        {error_count > 0 && <CircleAlert size={13} aria-hidden="true" />}
        {formatCount(error_count)}
      </td>
      <TextCell className={styles.models} text={trace.models.join(', ')} />
      <td className={classes(styles.number, styles.tokens)}>
        {formatCompact(trace.input_tokens)} / {formatCompact(trace.output_tokens)}
      </td>
      <td className={classes(styles.number, styles.cost)} title={explainCost(trace)}>
        {formatCostSum(trace)}
      </td>
    </tr>
  );
}

function TextCell({ text, className }: { text: string | null; className: string | undefined }) {
  const shown = text === null || text === '' ? unknown_value : reveal(text);
  return (
    <td className={classes(styles.text, className)} title={shown}>
      {shown}
    </td>
  );
}

function explainCost({ unpriced_calls }: TraceSummary): string | undefined {
  return unpriced_calls === 0
    ? undefined
    : `No price is known for ${formatCount(unpriced_calls)} of the calls.`;
}
