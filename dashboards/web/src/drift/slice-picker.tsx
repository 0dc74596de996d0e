import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import type { DriftFeature } from '../api/client.ts';
import { formatCompact } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import fields from '../ui/field.module.css';
import type { DriftSearch } from './drift-search.ts';

interface Props {
  feature: DriftFeature;
  search: DriftSearch;
  onChange(changes: DriftSearch): void;
}

/** Chooses the slice a feature is shown for: one value of one column, or everything. */
export function SlicePicker({ feature, search, onChange }: Props) {
  const [is_open, setOpen] = useState(false);
  const slices = feature.slices.filter(({ key }) => key !== 'all');
  const chosen = slices.findIndex(
    ({ key, value }) => key === search.slice_key && value === search.slice_value,
  );
  const choose = (place: number) => {
    const slice = slices[place];
    onChange({ slice_key: slice?.key, slice_value: slice?.value });
    setOpen(false);
  };
  const words = search.slice_key === undefined ? 'All spans' : `${search.slice_key}: ${search.slice_value}`;
  return (
    <DialogTrigger isOpen={is_open} onOpenChange={setOpen}>
      <Button aria-label={`Slice: ${reveal(words)}`}>
        {reveal(words)}
        <ChevronDown size={13} aria-hidden="true" />
      </Button>
      <Popover className={fields.popover ?? ''} placement="bottom start">
        <Dialog className={fields.dialog ?? ''} aria-label="Slice">
          <ListBox
            aria-label="Slice"
            autoFocus
            className={fields.list ?? ''}
            selectionMode="single"
            selectedKeys={[search.slice_key === undefined ? 'all' : String(chosen)]}
            disallowEmptySelection
            onSelectionChange={(keys) => {
              const [key] = keys;
              choose(key === 'all' ? -1 : Number(key));
            }}
          >
            <ListBoxItem id="all" className={fields.item ?? ''}>
              All spans
            </ListBoxItem>
            {slices.map(({ key, value, count }, place) => (
              <ListBoxItem
                key={`${key}=${value}`}
                id={String(place)}
                textValue={`${key}: ${value}`}
                className={fields.item ?? ''}
              >
                <span>
                  {reveal(key)}: {reveal(value)}
                </span>
                <span>{formatCompact(count)}</span>
              </ListBoxItem>
            ))}
          </ListBox>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
