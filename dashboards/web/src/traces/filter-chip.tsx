import { ChevronDown, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import fields from '../ui/field.module.css';
import styles from './filter-chip.module.css';

interface Props {
  label: string;
  value: string | undefined;
  onClear(): void;
  /** What to choose the value with. */
  children(close: () => void): ReactNode;
}

/** A filter: its name alone while unset, its name and value with a way to clear it while set. */
export function FilterChip({ label, value, onClear, children }: Props) {
  const [is_open, setOpen] = useState(false);
  const is_set = value !== undefined;
  return (
    <div className={classes(styles.chip, is_set && styles.set)}>
      <DialogTrigger isOpen={is_open} onOpenChange={setOpen}>
        <Button look="plain" className={styles.open}>
          <span className={styles.label}>{label}</span>
          {is_set ? (
            <span className={styles.value}>{reveal(value)}</span>
          ) : (
            <ChevronDown size={13} aria-hidden="true" />
          )}
        </Button>
        <Popover className={fields.popover ?? ''} placement="bottom start">
          <Dialog
            className={classes(fields.dialog, styles.dialog)}
            aria-label={`Filter by ${label.toLowerCase()}`}
          >
            {children(() => setOpen(false))}
          </Dialog>
        </Popover>
      </DialogTrigger>
      {is_set && (
        <Button
          look="plain"
          is_square
          className={styles.clear}
          aria-label={`Clear filter ${label}`}
          onPress={onClear}
        >
          <X size={13} />
        </Button>
      )}
    </div>
  );
}
