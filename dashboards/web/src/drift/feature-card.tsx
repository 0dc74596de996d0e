import { Link } from '@tanstack/react-router';
import type { DriftFeature } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { classes } from '../ui/classes.ts';
import { Tag } from '../ui/tag.tsx';
import styles from './feature-card.module.css';
import { describePhase } from './phase.ts';

/** A watched feature in the list: how far it is, and what the last verdict was. */
export function FeatureCard({ feature, is_chosen }: { feature: DriftFeature; is_chosen: boolean }) {
  const phase = describePhase(feature);
  return (
    <Link
      to="/drift"
      search={({ range, from, to }) => ({ range, from, to, feature: feature.feature })}
      className={classes(styles.card, is_chosen && styles.chosen)}
      activeProps={{ 'aria-current': undefined }}
      {...(is_chosen && { 'aria-current': 'true' as const })}
    >
      <span className={styles.line}>
        <span className={styles.name}>{reveal(feature.feature)}</span>
        <PhaseTag feature={feature} />
      </span>
      <Progress seen={phase.seen} wanted={phase.wanted} />
      <span className={styles.count}>
        {formatCount(phase.seen)} of {formatCount(phase.wanted)} conversations
        {feature.phase === 'watching' ? ' in this window' : ''}
      </span>
    </Link>
  );
}

export function PhaseTag({ feature }: { feature: DriftFeature }) {
  if (feature.phase !== 'watching') return <Tag>{describePhase(feature).name}</Tag>;
  if (feature.last_verdict === null) return <Tag>Watching</Tag>;
  return feature.last_verdict.drifted ? <Tag tone="danger">Drifted</Tag> : <Tag tone="good">Stable</Tag>;
}

function Progress({ seen, wanted }: { seen: number; wanted: number }) {
  const share = wanted <= 0 ? 0 : Math.min(1, seen / wanted);
  return (
    <span className={styles.progress} aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
