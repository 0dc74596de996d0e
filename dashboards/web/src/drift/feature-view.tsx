import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type DriftFeature, type VerdictPoint } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Choice } from '../ui/choice.tsx';
import { Figure } from '../ui/figure.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { RangePicker } from '../ui/range-picker.tsx';
import { toPeriodQuery } from '../url/time-range.ts';
import { type DriftSearch, drift_default_range } from './drift-search.ts';
import { EffectChart } from './effect-chart.tsx';
import { PhaseTag } from './feature-card.tsx';
import styles from './feature-view.module.css';
import { describePhase } from './phase.ts';
import { SlicePicker } from './slice-picker.tsx';
import { VerdictTable } from './verdict-table.tsx';

interface Props {
  feature: DriftFeature;
  search: DriftSearch;
  onChange(changes: DriftSearch): void;
}

const latest_verdicts = 20;
const views = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

/** One feature over time, for all of its spans or for a slice of them. */
export function FeatureView({ feature, search, onChange }: Props) {
  const verdicts = useVerdicts(feature, search);
  return (
    <section className={styles.view} aria-labelledby="feature">
      <header className={styles.header}>
        <h2 id="feature">{reveal(feature.feature)}</h2>
        <PhaseTag feature={feature} />
      </header>
      <PhaseFacts feature={feature} />
      <div className={styles.tools}>
        <RangePicker
          search={search}
          default_range={drift_default_range}
          onChange={(range) => onChange({ range: undefined, from: undefined, to: undefined, ...range })}
        />
        <SlicePicker feature={feature} search={search} onChange={onChange} />
      </div>
      {verdicts.error !== null && <ErrorNotice error={verdicts.error} />}
      {verdicts.isPending && <Loading what="verdicts" />}
      {verdicts.data !== undefined && <Verdicts feature={feature} verdicts={verdicts.data.verdicts} />}
    </section>
  );
}

function PhaseFacts({ feature }: { feature: DriftFeature }) {
  const phase = describePhase(feature);
  return (
    <div className={styles.phase}>
      <p>
        {phase.now} {phase.next}
      </p>
      <dl>
        <Figure label={feature.phase === 'watching' ? 'In this window' : 'Collected'}>
          {formatCount(phase.seen)} of {formatCount(phase.wanted)}
        </Figure>
        <Figure label="Fitted on">{formatCount(feature.n_fit)}</Figure>
        <Figure label="Reference">{formatCount(feature.n_reference)}</Figure>
        <Figure label="Encoder">{reveal(feature.encoder)}</Figure>
      </dl>
    </div>
  );
}

function Verdicts({ feature, verdicts: all }: { feature: DriftFeature; verdicts: readonly VerdictPoint[] }) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [chosen, setChosen] = useState<string | null>(null);
  if (all.length === 0) return <NoVerdicts feature={feature} />;
  const detectors = [...new Set(all.map(({ detector }) => detector))].sort();
  const detector = chosen !== null && detectors.includes(chosen) ? chosen : (detectors[0] as string);
  const verdicts = all.filter((verdict) => verdict.detector === detector);
  return (
    <>
      <div className={styles.heading}>
        <h3>Drifted share over time</h3>
        {detectors.length > 1 && (
          <Choice
            label="Detector"
            has_heading={false}
            options={detectors.map((name) => ({ value: name, label: reveal(name) }))}
            value={detector}
            onChange={setChosen}
          />
        )}
        <Choice label="Show as" has_heading={false} options={views} value={view} onChange={setView} />
      </div>
      {view === 'chart' ? (
        <EffectChart verdicts={verdicts} tolerance={feature.tolerance ?? null} />
      ) : (
        <VerdictTable verdicts={verdicts} label="All verdicts of the time range" />
      )}
      {view === 'chart' && (
        <>
          <h3 className={styles.latest}>Latest verdicts</h3>
          <VerdictTable verdicts={verdicts.slice(-latest_verdicts)} label="Latest verdicts" />
        </>
      )}
    </>
  );
}

function NoVerdicts({ feature }: { feature: DriftFeature }) {
  const phase = describePhase(feature);
  return (
    <p className={styles.none}>
      {feature.phase === 'watching'
        ? `No window closed in this time range. ${phase.next}`
        : `No verdicts yet. ${phase.now} ${phase.next}`}
    </p>
  );
}

function useVerdicts(feature: DriftFeature, search: DriftSearch) {
  const query = {
    ...toPeriodQuery(search, drift_default_range),
    feature: feature.feature,
    slice_key: search.slice_key ?? 'all',
    slice_value: search.slice_value ?? 'all',
  };
  return useQuery({
    queryKey: ['verdicts', query],
    queryFn: ({ signal }) => api.verdicts(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}
