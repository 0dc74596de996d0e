import type { LucideIcon } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import styles from './choice.module.css';
import fields from './field.module.css';

interface Props<Value extends string> {
  label: string;
  /** Shows the label above the options; it is read out either way. */
  has_heading?: boolean;
  options: readonly { value: Value; label: string; Icon?: LucideIcon }[];
  value: Value;
  onChange(value: NoInfer<Value>): void;
}

/** One of a few options, all in sight. */
export function Choice<Value extends string>(props: Props<Value>) {
  const { label, has_heading = true, options, value, onChange } = props;
  return (
    <div>
      {has_heading && (
        <span className={fields.label} aria-hidden="true">
          {label}
        </span>
      )}
      <ToggleButtonGroup
        aria-label={label}
        className={styles.group ?? ''}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[value]}
        onSelectionChange={(keys) => {
          const chosen = options.find((option) => keys.has(option.value));
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map(({ value: id, label: words, Icon }) => (
          <ToggleButton key={id} id={id} className={styles.option ?? ''}>
            {Icon !== undefined && <Icon size={14} aria-hidden="true" />}
            {words}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
