import { Link } from '@tanstack/react-router';
import { BellRing, CheckCircle2, Link as LinkIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Alert } from '../api/client.ts';
import { formatEffect } from '../drift/verdict-table.tsx';
import {
  formatCount,
  formatDuration,
  formatLevel,
  formatNumber,
  formatProbability,
} from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { formatAgo } from '../format/time.ts';
import { classes } from '../ui/classes.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Figure } from '../ui/figure.tsx';
import { Tag } from '../ui/tag.tsx';
import { Timestamp } from '../ui/timestamp.tsx';
import { AlertActions } from './alert-actions.tsx';
import styles from './alert-card.module.css';
import { NotificationList } from './notification-list.tsx';

/** One alert: what moved, how much, since when, who was told. */
export function AlertCard({ alert, is_opened }: { alert: Alert; is_opened: boolean }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (is_opened) card.current?.scrollIntoView({ block: 'center' });
  }, [is_opened]);
  return (
    <article ref={card} className={classes(styles.card, styles[alert.state], is_opened && styles.opened)}>
      <header className={styles.header}>
        <StateTag state={alert.state} />
        <CareTags alert={alert} />
        <h2>{reveal(alert.summary)}</h2>
        <CopyButton
          text={() => new URL(`/alerts?alert=${encodeURIComponent(alert.alert_id)}`, location.href).href}
          label="Copy link to this alert"
          Icon={LinkIcon}
        />
      </header>
      <Times alert={alert} />
      <Numbers alert={alert} />
      <NotificationList notifications={alert.notifications} />
      <Links alert={alert} />
      <Query query={alert.query} />
      {alert.state === 'firing' && <AlertActions alert={alert} />}
    </article>
  );
}

function StateTag({ state }: { state: Alert['state'] }) {
  if (state === 'firing') {
    return (
      <Tag tone="danger">
        <BellRing size={12} aria-hidden="true" /> Firing
      </Tag>
    );
  }
  return (
    <Tag tone="good">
      <CheckCircle2 size={12} aria-hidden="true" /> Resolved
    </Tag>
  );
}

const mutes = { silence: 'Silenced', maintenance: 'Maintenance', inhibition: 'Inhibited' } as const;

/** Whether somebody takes care of it, and whether anybody hears of it. */
function CareTags({ alert: { acknowledged, mute } }: { alert: Alert }) {
  return (
    <>
      {acknowledged !== null && <Tag>Acknowledged by {reveal(acknowledged.by)}</Tag>}
      {mute !== null && <Tag tone="warn">{mutes[mute.by]}</Tag>}
    </>
  );
}

function Times({ alert }: { alert: Alert }) {
  const { since, resolved } = alert;
  return (
    <p className={styles.times}>
      Since <Timestamp time={since} />
      {resolved === null ? (
        `, ${formatAgo(since, Date.now())}`
      ) : (
        <>
          {' '}
          until <Timestamp time={resolved} />, {formatDuration(Date.parse(resolved) - Date.parse(since))}
        </>
      )}
    </p>
  );
}

function Numbers({ alert }: { alert: Alert }) {
  const { verdict, slice_key, slice_value } = alert;
  const { effect = null, effect_low = null, effect_high = null } = verdict ?? {};
  return (
    <dl className={styles.figures}>
      <Figure label="Rule">{reveal(alert.rule)}</Figure>
      {alert.feature !== null && <Figure label="Feature">{reveal(alert.feature)}</Figure>}
      {slice_key !== null && slice_key !== 'all' && (
        <Figure label="Slice">{reveal(`${slice_key}: ${slice_value}`)}</Figure>
      )}
      {verdict !== null && verdict.n_reference !== undefined && (
        <>
          <Figure label="Effect">{formatEffect({ effect, effect_low, effect_high })}</Figure>
          <Figure label="p">{formatProbability(verdict.p)}</Figure>
          {verdict.level !== undefined && <Figure label="Counts below">{formatLevel(verdict.level)}</Figure>}
          <Figure label="Statistic">{formatNumber(verdict.statistic)}</Figure>
          <Figure label="n, window / reference">
            {formatCount(verdict.n_current)} / {formatCount(verdict.n_reference)}
          </Figure>
        </>
      )}
    </dl>
  );
}

/** A command line or a statement to look closer with. */
function Query({ query }: Pick<Alert, 'query'>) {
  if (query === null) return null;
  return (
    <p className={styles.query}>
      <code>{reveal(query)}</code>
      <CopyButton text={query} label="Copy the query" />
    </p>
  );
}

function Links({ alert }: { alert: Alert }) {
  const { feature, slice_key, slice_value, example_trace_ids, runbook_url } = alert;
  const slice =
    slice_key === null || slice_value === null || slice_key === 'all' ? {} : { slice_key, slice_value };
  return (
    <p className={styles.links}>
      {feature !== null && (
        <Link to="/drift" search={{ feature, ...slice }}>
          Drift of this feature
        </Link>
      )}
      {runbook_url !== null && /^https?:/.test(runbook_url) && <a href={runbook_url}>Runbook</a>}
      {example_trace_ids.map((traceId) => (
        <Link key={traceId} to="/traces/$traceId" params={{ traceId }}>
          Example <code>{traceId.slice(0, 8)}</code>
        </Link>
      ))}
    </p>
  );
}
