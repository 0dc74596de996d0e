import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { api, type Facets, type FacetValue } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { RangePicker } from '../ui/range-picker.tsx';
import { isRelative, toPeriodQuery } from '../url/time-range.ts';
import { FacetFilter } from './facet-filter.tsx';
import styles from './filter-bar.module.css';
import { SearchBox } from './search-box.tsx';
import { TextFilter } from './text-filter.tsx';
import {
  activeFilters,
  refreshesItself,
  type TraceFilter,
  type TracesSearch,
  traces_default_range,
} from './traces-search.ts';

interface Props {
  search: TracesSearch;
  onChange(changes: TracesSearch, options?: { replace?: boolean }): void;
  onClear(): void;
}

const listed: readonly { name: TraceFilter; label: string; values(facets: Facets): FacetValue[] }[] = [
  { name: 'service', label: 'Service', values: (facets) => facets.services },
  { name: 'agent', label: 'Agent', values: (facets) => facets.agents },
  { name: 'model', label: 'Model', values: (facets) => facets.models },
  { name: 'operation', label: 'Operation', values: (facets) => facets.operations },
  { name: 'prompt_version', label: 'Prompt', values: (facets) => facets.prompt_versions },
  {
    name: 'status',
    label: 'Status',
    values: () => ['error', 'ok', 'unset'].map((value) => ({ value, count: 0 })),
  },
];

const typed: readonly { name: TraceFilter; label: string }[] = [
  { name: 'user', label: 'User' },
  { name: 'conversation', label: 'Conversation' },
];

/** Time range, filters and refreshing; all of it lives in the URL. */
export function FilterBar({ search, onChange, onClear }: Props) {
  const facets = useFacets(search);
  return (
    <search className={styles.bar} aria-label="Filter traces">
      <RangePicker
        search={search}
        default_range={traces_default_range}
        onChange={(range) => onChange({ range: undefined, from: undefined, to: undefined, ...range })}
      />
      <SearchBox
        value={search.text ?? ''}
        onChange={(text) => onChange({ text: text || undefined }, { replace: true })}
      />
      {listed.map(({ name, label, values }) => (
        <FacetFilter
          key={name}
          label={label}
          value={search[name]}
          options={facets === undefined ? [] : values(facets)}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      {typed.map(({ name, label }) => (
        <TextFilter
          key={name}
          label={label}
          value={search[name]}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      {activeFilters(search).length > 0 && (
        <Button look="plain" onPress={onClear}>
          Clear all
        </Button>
      )}
      <RefreshToggle search={search} onChange={onChange} />
    </search>
  );
}

function RefreshToggle({ search, onChange }: Pick<Props, 'search' | 'onChange'>) {
  return (
    <ToggleButton
      className={styles.refresh ?? ''}
      isSelected={refreshesItself(search)}
      isDisabled={!isRelative(search)}
      onChange={(is_on) => onChange({ refresh: is_on ? undefined : 'off' }, { replace: true })}
    >
      <RefreshCw size={14} aria-hidden="true" />
      Auto refresh
    </ToggleButton>
  );
}

function useFacets(search: TracesSearch): Facets | undefined {
  const period = toPeriodQuery(search, traces_default_range);
  const { data } = useQuery({
    queryKey: ['facets', period],
    queryFn: ({ signal }) => api.facets(period, signal),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  return data;
}
