import { useQuery } from '@tanstack/react-query';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { api, type Stats } from '../api/client.ts';
import { formatBytes, formatCompact, formatCount, formatDuration, unknown_value } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import fields from '../ui/field.module.css';
import { type Condition, conditionOf } from './condition.ts';
import styles from './health.module.css';

/** The state of the collector in one word, and its counters behind it. */
export function Health() {
  const { data, error } = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => api.stats(signal),
    refetchInterval: 5_000,
  });
  const condition = conditionOf(data, error);
  return (
    <DialogTrigger>
      <Button look="plain" className={styles.button} aria-label={`Collector: ${condition.word}`}>
        <span className={`${styles.dot} ${styles[condition.tone]}`} />
        <span className={styles.word}>{condition.word}</span>
      </Button>
      <Popover className={fields.popover ?? ''} placement="bottom end">
        <Dialog className={styles.dialog ?? ''} aria-label="State of the collector">
          <Details condition={condition} stats={data} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Details({ condition, stats }: { condition: Condition; stats: Stats | undefined }) {
  return (
    <>
      <p className={styles.sentence}>{condition.sentence}</p>
      {stats !== undefined && (
        <dl className={styles.figures}>
          {rowsOf(stats).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function rowsOf(stats: Stats): (readonly [string, string])[] {
  const { journal } = stats;
  return [
    ['Accepted', formatCount(stats.accepted)],
    ['Stored', formatCount(stats.stored)],
    ['Duplicates ignored', formatCount(stats.duplicated)],
    ['Rejected', formatCount(stats.rejected)],
    ...Object.entries(stats.dropped).map(
      ([reason, count]) => [`Dropped: ${reveal(reason)}`, formatCompact(count)] as const,
    ),
    ['Waiting to be stored', describeLag(journal)],
    ['Journal on disk', formatBytes(journal.bytes)],
    ['Store', `${stats.store.name ?? 'unknown'}, ${stats.store.ready ? 'ready' : 'not ready'}`],
  ];
}

function describeLag({ lag_bytes, lag_ms }: Stats['journal']): string {
  if (lag_bytes === null) return unknown_value;
  return lag_ms === null ? formatBytes(lag_bytes) : `${formatBytes(lag_bytes)}, ${formatDuration(lag_ms)}`;
}
