import { formatCompact } from '../format/number.ts';
import { formatShortTime, type Zone } from '../format/time.ts';
import type { Period } from '../url/time-range.ts';
import styles from './bar-chart.module.css';

interface Bar {
  time_ms: number;
  value: number | null;
}

interface Props {
  name: string;
  /** The whole range, written out. */
  total: string;
  note?: string;
  tone?: 'plain' | 'danger';
  bars: readonly Bar[];
  period: Period;
  step_ms: number;
  zone: Zone;
  format?(value: number | null): string;
}

const width = 240;
const height = 32;

/** A figure with a small chart of how it came about. */
export function BarChart({
  name,
  total,
  note = '',
  tone = 'plain',
  bars,
  format = formatCompact,
  ...frame
}: Props) {
  const highest = bars.reduce((max, bar) => Math.max(max, bar.value ?? 0), 0);
  return (
    <figure className={styles.card}>
      <figcaption className={styles.caption}>
        <span className={styles.name}>{name}</span>
        <span className={styles.total}>{total}</span>
        <span className={styles.name}>{note}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className={`${styles.chart} ${styles[tone]}`}
        role="img"
        aria-label={`${name} over time, at most ${format(highest)} at once`}
      >
        {bars.map((bar) => (
          <Rectangle key={bar.time_ms} {...frame} bar={bar} highest={highest} text={format(bar.value)} />
        ))}
      </svg>
    </figure>
  );
}

interface RectangleProps extends Pick<Props, 'period' | 'step_ms' | 'zone'> {
  bar: Bar;
  highest: number;
  text: string;
}

function Rectangle({ bar, highest, text, period, step_ms, zone }: RectangleProps) {
  const { from_ms, to_ms } = period;
  if (bar.value === null || bar.value === 0 || to_ms <= from_ms) return null;
  const scale = width / (to_ms - from_ms);
  const left = Math.max(0, (bar.time_ms - from_ms) * scale);
  const right = Math.min(width, (bar.time_ms + step_ms - from_ms) * scale);
  const size = Math.max(1.5, (bar.value / highest) * height);
  return (
    <rect x={left} y={height - size} width={Math.max(1, right - left - 0.75)} height={size}>
      <title>{`${formatShortTime(bar.time_ms, zone, to_ms)}: ${text}`}</title>
    </rect>
  );
}
