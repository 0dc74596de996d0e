import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import type { FacetValue } from '../api/client.ts';
import { formatCompact } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import fields from '../ui/field.module.css';
import styles from './facet-filter.module.css';
import { FilterChip } from './filter-chip.tsx';

interface Props {
  label: string;
  value: string | undefined;
  /** Values seen in the time range; a count of 0 is not shown. */
  options: readonly FacetValue[];
  onChange(value: string | undefined): void;
}

/** A filter whose values the collector has seen. */
export function FacetFilter({ label, value, options, onChange }: Props) {
  const { contains } = useFilter({ sensitivity: 'base' });
  return (
    <FilterChip label={label} value={value} onClear={() => onChange(undefined)}>
      {(close) => (
        <Autocomplete filter={contains}>
          <SearchField aria-label={`Find ${label.toLowerCase()}`} autoFocus className={styles.search ?? ''}>
            <Input className={fields.input ?? ''} placeholder={`Find ${label.toLowerCase()}…`} />
          </SearchField>
          <ListBox
            aria-label={label}
            className={fields.list ?? ''}
            items={options.map((option) => ({ ...option, id: option.value }))}
            selectionMode="single"
            selectedKeys={value === undefined ? [] : [value]}
            renderEmptyState={() => <p className={styles.empty}>None seen in this time range.</p>}
            onSelectionChange={(keys) => {
              const [chosen] = keys;
              onChange(chosen === undefined ? undefined : String(chosen));
              close();
            }}
          >
            {({ value: text, count }) => (
              <ListBoxItem textValue={text} className={fields.item ?? ''}>
                <span>{reveal(text)}</span>
                {count > 0 && <span>{formatCompact(count)}</span>}
              </ListBoxItem>
            )}
          </ListBox>
        </Autocomplete>
      )}
    </FilterChip>
  );
}
