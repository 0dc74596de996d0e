import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { localZone, type Zone } from '../format/time.ts';

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Kept in the browser: none of it changes what a link shows. */
interface Preferences {
  theme: Theme;
  setTheme(theme: Theme): void;
  /** Zone of every time on the page. */
  zone: Zone;
  uses_utc: boolean;
  setUsesUtc(uses_utc: boolean): void;
}

const PreferencesContext = createContext<Preferences | null>(null);

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useStored<Theme>('sextant.theme', themes, 'system');
  const [clock, setClock] = useStored('sextant.clock', ['local', 'utc'] as const, 'local');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const uses_utc = clock === 'utc';
  const preferences = useMemo(
    () => ({
      theme,
      setTheme,
      zone: uses_utc ? 'UTC' : localZone(),
      uses_utc,
      setUsesUtc: (utc: boolean) => setClock(utc ? 'utc' : 'local'),
    }),
    [theme, setTheme, uses_utc, setClock],
  );
  return <PreferencesContext value={preferences}>{children}</PreferencesContext>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext);
  if (preferences === null) throw new Error('usePreferences needs a PreferencesProvider above it.');
  return preferences;
}

export function useZone(): Zone {
  return usePreferences().zone;
}

function useStored<Value extends string>(
  key: string,
  allowed: readonly Value[],
  fallback: Value,
): [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => {
    const stored = localStorage.getItem(key);
    return allowed.find((candidate) => candidate === stored) ?? fallback;
  });
  useEffect(() => localStorage.setItem(key, value), [key, value]);
  return [value, setValue];
}
