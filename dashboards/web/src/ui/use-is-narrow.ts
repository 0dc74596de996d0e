import { useSyncExternalStore } from 'react';

/** True on a phone. The same width as in the style sheets: 40rem. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(watch, () => matchMedia(query).matches);
}

const query = '(max-width: 40rem)';

function watch(onChange: () => void): () => void {
  const list = matchMedia(query);
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}
