import { Calendar } from 'lucide-react';
import { useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { formatShortTime, formatZone, fromLocalInput, toLocalInput, type Zone } from '../format/time.ts';
import { useZone } from '../preferences/preferences.tsx';
import { isRelative, type RangeSearch, relative_ranges, toPeriod } from '../url/time-range.ts';
import { Button } from './button.tsx';
import fields from './field.module.css';
import styles from './range-picker.module.css';

interface Props {
  search: RangeSearch;
  default_range: string;
  onChange(search: RangeSearch): void;
}

/** Chooses a time range: back from now, or between two moments. */
export function RangePicker({ search, default_range, onChange }: Props) {
  const zone = useZone();
  return (
    <DialogTrigger>
      <Button aria-label={`Time range: ${describeRange(search, default_range, zone)}`}>
        <Calendar size={14} aria-hidden="true" />
        {describeRange(search, default_range, zone)}
      </Button>
      <Popover className={fields.popover ?? ''} placement="bottom start">
        <Dialog className={fields.dialog ?? ''} aria-label="Time range">
          {({ close }) => (
            <RangeForm
              {...{ search, default_range, zone }}
              onChange={(chosen) => {
                onChange(chosen);
                close();
              }}
            />
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function RangeForm({ search, default_range, zone, onChange }: Props & { zone: Zone }) {
  const [now] = useState(() => Date.now());
  const period = toPeriod(search, default_range, now);
  const [from, setFrom] = useState(() => toLocalInput(period.from_ms, zone));
  const [to, setTo] = useState(() => toLocalInput(period.to_ms, zone));
  const bounds = { from: fromLocalInput(from, zone), to: fromLocalInput(to, zone) };
  const { from: start, to: end } = bounds;
  const is_usable = start !== null && end !== null && start < end;
  const chosen = isRelative(search) ? (search.range ?? default_range) : null;
  return (
    <div className={styles.form}>
      <ul className={styles.presets}>
        {relative_ranges.map(({ range, label }) => (
          <li key={range}>
            <Button
              look="plain"
              className={range === chosen ? styles.chosen : undefined}
              onPress={() => onChange(range === default_range ? {} : { range })}
            >
              {label}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className={styles.absolute}
        onSubmit={(event) => {
          event.preventDefault();
          if (is_usable) onChange({ from: start, to: end });
        }}
      >
        <TimeField label="From" value={from} onChange={setFrom} />
        <TimeField label="To" value={to} onChange={setTo} />
        <p className={styles.zone}>
          {is_usable ? `Times are ${formatZone(start, zone)}` : 'The end must be after the start.'}
        </p>
        <Button type="submit" look="solid" isDisabled={!is_usable}>
          Apply
        </Button>
      </form>
    </div>
  );
}

function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(value: string): void;
}) {
  return (
    <label>
      <span className={fields.label}>{label}</span>
      <input
        type="datetime-local"
        className={fields.input}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

function describeRange(search: RangeSearch, default_range: string, zone: Zone): string {
  if (isRelative(search)) {
    const range = search.range ?? default_range;
    return relative_ranges.find((known) => known.range === range)?.label ?? `Last ${range}`;
  }
  const now = Date.now();
  const from = search.from === undefined ? 'start' : formatShortTime(search.from, zone, now);
  const to = search.to === undefined ? 'now' : formatShortTime(search.to, zone, now);
  return `${from} – ${to} ${formatZone(search.from ?? search.to ?? now, zone)}`;
}
