import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.ts';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { FilterBar } from './filter-bar.tsx';
import { NoTraces } from './no-traces.tsx';
import { Timeline } from './timeline.tsx';
import { TraceList } from './trace-list.tsx';
import styles from './traces-page.module.css';
import { refreshesItself, type TracesSearch, toTraceQuery } from './traces-search.ts';

const route = getRouteApi('/traces');
const refresh_ms = 5_000;

/** All traces of a time range that pass the filters, newest first. */
export function TracesPage(): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/traces' });
  const [is_reading, setReading] = useState(false);
  const list = useTraces(search, refreshesItself(search) && !is_reading);
  const found = list.data?.pages.flatMap((page) => page.traces);
  const change = (changes: TracesSearch, options: { replace?: boolean } = {}) =>
    void navigate({ search: (old) => ({ ...old, ...changes }), ...options });
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Traces</h1>
      <FilterBar search={search} onChange={change} onClear={() => void navigate({ search: {} })} />
      <Timeline search={search} refresh_ms={refreshesItself(search) ? 3 * refresh_ms : false} />
      {list.error !== null && <ErrorNotice error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Loading what="traces" />}
      {found?.length === 0 && <NoTraces search={search} onChange={change} />}
      {found !== undefined && found.length > 0 && (
        <TraceList
          traces={found}
          now={list.dataUpdatedAt}
          has_more={list.hasNextPage}
          is_loading_more={list.isFetchingNextPage}
          onLoadMore={() => void list.fetchNextPage()}
          onReading={setReading}
        />
      )}
    </div>
  );
}

/** The pages loaded so far. Only an untouched first page refreshes: what is being read does not move. */
function useTraces(search: TracesSearch, may_refresh: boolean) {
  const query = toTraceQuery(search);
  return useInfiniteQuery({
    queryKey: ['traces', query],
    queryFn: ({ pageParam, signal }) =>
      api.traces({ ...query, ...(pageParam !== '' && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      may_refresh && (state.data?.pages.length ?? 0) <= 1 ? refresh_ms : false,
  });
}
