import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Alert, api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import styles from './alert-card.module.css';

const silence_hours = 2;

/** What a person can do about an alert that fires: take it, or keep it quiet for a while. */
export function AlertActions({ alert }: { alert: Alert }) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ['alerts'] });
  const acknowledge = useMutation({ mutationFn: () => api.acknowledge(alert.alert_id), onSuccess });
  const silence = useMutation({ mutationFn: () => api.silence(silenceOf(alert)), onSuccess });
  const error = acknowledge.error ?? silence.error;
  return (
    <div className={styles.links}>
      {alert.acknowledged === null && (
        <Button isDisabled={acknowledge.isPending} onPress={() => acknowledge.mutate()}>
          Acknowledge
        </Button>
      )}
      {alert.mute === null && (
        <Button isDisabled={silence.isPending} onPress={() => silence.mutate()}>
          Silence for {silence_hours} hours
        </Button>
      )}
      {error !== null && <ErrorNotice error={error} />}
    </div>
  );
}

/** This alert and no other: its rule, feature and slice. */
function silenceOf({ rule, feature, slice_key, slice_value }: Alert) {
  const labels = {
    alertname: rule,
    ...(feature !== null && { feature }),
    ...(slice_key !== null && slice_key !== 'all' && { [slice_key]: slice_value ?? '' }),
  };
  return {
    matchers: Object.entries(labels).map(([name, value]) => ({ name, value })),
    endsAt: new Date(Date.now() + silence_hours * 3_600_000).toISOString(),
    comment: 'Silenced on the page.',
  };
}
