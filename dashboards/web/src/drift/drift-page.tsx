import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { TrendingUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { api, type DriftFeature } from '../api/client.ts';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import styles from './drift-page.module.css';
import type { DriftSearch } from './drift-search.ts';
import { FeatureCard } from './feature-card.tsx';
import { FeatureView } from './feature-view.tsx';

const route = getRouteApi('/drift');

/** What is watched for drift, and how each feature moved. */
export function DriftPage(): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['drift'],
    queryFn: ({ signal }) => api.drift(signal),
    refetchInterval: 10_000,
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="drift" />;
  if (data.features.length === 0) return <NothingWatched />;
  return <Features features={data.features} />;
}

function Features({ features }: { features: readonly DriftFeature[] }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/drift' });
  const chosen =
    search.feature === undefined ? features[0] : features.find((f) => f.feature === search.feature);
  const change = (changes: DriftSearch) => void navigate({ search: (old) => ({ ...old, ...changes }) });
  return (
    <div className={styles.page}>
      <section className={styles.features} aria-labelledby="watched">
        <h1 id="watched">Drift</h1>
        <ul>
          {features.map((feature) => (
            <li key={`${feature.feature} ${feature.encoder}`}>
              <FeatureCard feature={feature} is_chosen={feature === chosen} />
            </li>
          ))}
        </ul>
      </section>
      {chosen === undefined ? (
        <Notice icon={<TrendingUp size={18} />} title="This feature is not watched">
          <p>Choose one of the list.</p>
        </Notice>
      ) : (
        <FeatureView key={chosen.feature} feature={chosen} search={search} onChange={change} />
      )}
    </div>
  );
}

function NothingWatched() {
  return (
    <Notice icon={<TrendingUp size={18} />} title="Nothing is watched yet">
      <p>
        Sextant watches what users ask and what models answer, once it has vectors of them. Send spans with
        user messages, or with embeddings, and features appear here by themselves.
      </p>
      <p>
        Sextant embeds messages itself, or asks the endpoint that <code>SEXTANT_EMBED_URL</code> names;
        vectors on embedding spans are used as they are.
      </p>
    </Notice>
  );
}
