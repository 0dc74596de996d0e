import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import fields from '../ui/field.module.css';
import { FilterChip } from './filter-chip.tsx';
import styles from './text-filter.module.css';

interface Props {
  label: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
}

/** A filter with too many values to list: it is typed in full. */
export function TextFilter({ label, value, onChange }: Props) {
  return (
    <FilterChip label={label} value={value} onClear={() => onChange(undefined)}>
      {(close) => (
        <Form
          label={label}
          value={value ?? ''}
          onSubmit={(text) => {
            onChange(text === '' ? undefined : text);
            close();
          }}
        />
      )}
    </FilterChip>
  );
}

function Form({ label, value, onSubmit }: { label: string; value: string; onSubmit(text: string): void }) {
  const [text, setText] = useState(value);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(text.trim());
      }}
    >
      <input
        className={fields.input}
        aria-label={`${label} id`}
        placeholder={`${label} id, in full`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" look="solid">
        Apply
      </Button>
    </form>
  );
}
