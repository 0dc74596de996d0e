import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { api, type TraceSummary } from '../api/client.ts';
import { formatAgo } from '../format/time.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { relative_ranges, toPeriod } from '../url/time-range.ts';
import { FirstSpan } from './first-span.tsx';
import { activeFilters, type TracesSearch, trace_filters, traces_default_range } from './traces-search.ts';

interface Props {
  search: TracesSearch;
  onChange(changes: TracesSearch): void;
}

/** Says why the list is empty and what to do: send a first span, widen the range, or clear filters. */
export function NoTraces({ search, onChange }: Props) {
  const { data } = useQuery({
    queryKey: ['newest-trace'],
    queryFn: ({ signal }) => api.traces({ limit: 1 }, signal),
    refetchInterval: 5_000,
  });
  if (data === undefined) return null;
  const [newest] = data.traces;
  if (newest === undefined) return <FirstSpan />;
  return <NothingFound {...{ search, onChange, newest }} />;
}

function NothingFound({ search, onChange, newest }: Props & { newest: TraceSummary }) {
  const now = Date.now();
  const has_filters = activeFilters(search).length > 0;
  const range = rangeReaching(Date.parse(newest.start_time), now);
  const is_older = Date.parse(newest.start_time) < toPeriod(search, traces_default_range, now).from_ms;
  return (
    <Notice icon={<SearchX size={18} />} title="Nothing matches">
      <p>The newest trace of all started {formatAgo(newest.start_time, now)}.</p>
      {is_older && range !== undefined && (
        <Button onPress={() => onChange({ range: range.range, from: undefined, to: undefined })}>
          Show the {range.label.toLowerCase()}
        </Button>
      )}
      {has_filters && (
        <Button onPress={() => onChange(Object.fromEntries(trace_filters.map((name) => [name, undefined])))}>
          Clear filters
        </Button>
      )}
    </Notice>
  );
}

/** The shortest relative range that reaches back to that time. */
function rangeReaching(time_ms: number, now: number) {
  return relative_ranges.find(({ range }) => toPeriod({ range }, range, now).from_ms <= time_ms);
}
