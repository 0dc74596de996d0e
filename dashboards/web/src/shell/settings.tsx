import { Monitor, Moon, Sun, SunMoon } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { formatZone, localZone } from '../format/time.ts';
import { usePreferences } from '../preferences/preferences.tsx';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import fields from '../ui/field.module.css';
import styles from './settings.module.css';

const theme_options = [
  { value: 'system', label: 'System', Icon: Monitor },
  { value: 'light', label: 'Light', Icon: Sun },
  { value: 'dark', label: 'Dark', Icon: Moon },
] as const;

/** Theme and time zone, kept in this browser. */
export function Settings() {
  const { theme, setTheme, uses_utc, setUsesUtc } = usePreferences();
  const clocks = [
    { value: 'local', label: `Local (${formatZone(Date.now(), localZone())})` },
    { value: 'utc', label: 'UTC' },
  ] as const;
  return (
    <DialogTrigger>
      <Button look="plain" is_square aria-label="Theme and time zone">
        <SunMoon size={16} />
      </Button>
      <Popover className={fields.popover ?? ''} placement="bottom end">
        <Dialog className={styles.dialog ?? ''} aria-label="Theme and time zone">
          <Choice label="Theme" options={theme_options} value={theme} onChange={setTheme} />
          <Choice
            label="Times"
            options={clocks}
            value={uses_utc ? 'utc' : 'local'}
            onChange={(clock) => setUsesUtc(clock === 'utc')}
          />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
