import { useQuery } from '@tanstack/react-query';
import { api, type WatchedState } from '../api/client.ts';
import { reveal } from '../format/text.ts';
import { Tag } from '../ui/tag.tsx';
import styles from './waiting-states.module.css';

const words = { pending: 'Pending', no_data: 'No data', error: 'Error', firing: 'Firing' } as const;
const tones = { pending: 'warn', no_data: 'neutral', error: 'danger', firing: 'danger' } as const;

/** What is no alert yet, or cannot be told: pending, without data, in error. */
export function WaitingStates() {
  const { data } = useQuery({
    queryKey: ['alerts', 'states'],
    queryFn: ({ signal }) => api.alertStates(signal),
    refetchInterval: 10_000,
  });
  const waiting = (data?.states ?? []).filter(({ state }) => state.phase !== 'firing');
  if (waiting.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Rules that wait">
      {waiting.map((watched) => (
        <li key={keyOf(watched)}>
          <Tag tone={tones[watched.state.phase]}>{words[watched.state.phase]}</Tag>
          <span>{reveal(textOf(watched))}</span>
        </li>
      ))}
    </ul>
  );
}

function textOf({ rule, feature, slice_key, slice_value }: WatchedState): string {
  const slice = slice_key === 'all' ? '' : `, ${slice_key}: ${slice_value}`;
  return `${rule}, ${feature}${slice}`;
}

function keyOf({ rule, feature, slice_key, slice_value }: WatchedState): string {
  return JSON.stringify([rule, feature, slice_key, slice_value]);
}
