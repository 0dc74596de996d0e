import type { VerdictPoint } from '../api/client.ts';
import { formatCount, formatLevel, formatPercent, unknown_value } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { formatZone } from '../format/time.ts';
import { useZone } from '../preferences/preferences.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Tag } from '../ui/tag.tsx';
import { ShortTimestamp } from '../ui/timestamp.tsx';
import styles from './verdict-table.module.css';

/** Verdicts with their numbers and their reasons, newest first. */
export function VerdictTable({ verdicts, label }: { verdicts: readonly VerdictPoint[]; label: string }) {
  const zone = useZone();
  const now = Date.now();
  const newest_first = verdicts.toReversed();
  return (
    <ScrollRegion label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Window ended, {formatZone(now, zone)}</th>
            <th scope="col">Verdict</th>
            <th scope="col" className={styles.number}>
              Effect
            </th>
            <th scope="col" className={styles.number}>
              p
            </th>
            <th scope="col" className={styles.number}>
              Counts below
            </th>
            <th scope="col" className={styles.number}>
              n
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {newest_first.map((verdict) => (
            <tr key={`${verdict.detector} ${verdict.window_start}`}>
              <td>
                <ShortTimestamp time={verdict.window_end} now={now} />
              </td>
              <td>
                <VerdictTag verdict={verdict} />
              </td>
              <td className={styles.number}>{formatEffect(verdict)}</td>
              <td className={styles.number}>{formatLevel(verdict.p)}</td>
              <td className={styles.number}>{formatLevel(verdict.level)}</td>
              <td className={styles.number}>{formatCount(verdict.n_current)}</td>
              <td className={styles.why}>{reveal(verdict.why)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** `12% (8% to 16%)`. */
export function formatEffect(verdict: Pick<VerdictPoint, 'effect' | 'effect_low' | 'effect_high'>): string {
  const { effect, effect_low, effect_high } = verdict;
  if (effect === null) return unknown_value;
  if (effect_low === null || effect_high === null) return formatPercent(effect);
  return `${formatPercent(effect)} (${formatPercent(effect_low)} to ${formatPercent(effect_high)})`;
}

/** No p-value means that there was too little to decide on. */
function VerdictTag({ verdict }: { verdict: VerdictPoint }) {
  if (verdict.drifted) return <Tag tone="danger">Drifted</Tag>;
  return verdict.p === null ? <Tag>Undecided</Tag> : <Tag tone="good">Stable</Tag>;
}
