import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Alert, api } from '../api/client.ts';
import { Choice } from '../ui/choice.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { AlertCard } from './alert-card.tsx';
import styles from './alerts-page.module.css';
import { alert_states } from './alerts-search.ts';
import { WaitingStates } from './waiting-states.tsx';

const route = getRouteApi('/alerts');
const alerts_max = 200;
const states = [
  { value: 'all', label: 'All' },
  { value: 'firing', label: 'Firing' },
  { value: 'resolved', label: 'Resolved' },
] as const;

/** Alerts, firing and past, newest first. */
export function AlertsPage(): ReactNode {
  const { state } = route.useSearch();
  const navigate = useNavigate({ from: '/alerts' });
  const { data, error, refetch } = useQuery({
    queryKey: ['alerts', state],
    queryFn: ({ signal }) => api.alerts({ limit: alerts_max, ...(state !== undefined && { state }) }, signal),
    refetchInterval: 10_000,
  });
  const choose = (chosen: string) =>
    void navigate({ search: { state: alert_states.find((known) => known === chosen) } });
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>Alerts</h1>
        <Choice label="State" has_heading={false} options={states} value={state ?? 'all'} onChange={choose} />
      </header>
      {state === undefined && <WaitingStates />}
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Loading what="alerts" />}
      {data !== undefined && <AlertList alerts={data.alerts} />}
    </div>
  );
}

function AlertList({ alerts }: { alerts: readonly Alert[] }) {
  const { alert: opened, state } = route.useSearch();
  if (alerts.length === 0) return <NoAlerts state={state} />;
  return (
    <ul className={styles.list}>
      {alerts.map((alert) => (
        <li key={alert.alert_id}>
          <AlertCard alert={alert} is_opened={alert.alert_id === opened} />
        </li>
      ))}
      {alerts.length === alerts_max && (
        <li className={styles.note}>Only the newest {alerts_max} are shown.</li>
      )}
    </ul>
  );
}

function NoAlerts({ state }: { state: string | undefined }) {
  return (
    <Notice icon={<BellOff size={18} />} title={state === undefined ? 'No alerts' : `No alert is ${state}`}>
      <p>
        An alert begins when a watched feature drifts, or a rule of <code>SEXTANT_ALERTS</code> is breached,
        and ends when it is well again. <code>SEXTANT_WEBHOOK_URL</code> or that file says where alerts are
        sent.
      </p>
    </Notice>
  );
}
