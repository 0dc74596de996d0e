import { useSyncExternalStore } from 'react';
import { usePreferences } from './preferences.tsx';

/** The theme in effect, for what cannot follow it through style sheets, such as a canvas. */
export function useResolvedTheme(): 'light' | 'dark' {
  const { theme } = usePreferences();
  const is_dark = useSyncExternalStore(watch, () => matchMedia(query).matches);
  if (theme !== 'system') return theme;
  return is_dark ? 'dark' : 'light';
}

const query = '(prefers-color-scheme: dark)';

function watch(onChange: () => void): () => void {
  const list = matchMedia(query);
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}
