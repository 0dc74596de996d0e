import { LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { reveal } from '../format/text.ts';
import { Button } from './button.tsx';
import styles from './notice.module.css';

/** Something in the place where content would be: nothing found, not begun, not possible. */
export function Notice({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className={styles.notice}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <output className={styles.loading}>
      <LoaderCircle size={16} className={styles.spin} aria-hidden="true" />
      Loading {what}…
    </output>
  );
}

export function ErrorNotice({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div role="alert" className={styles.error}>
      <TriangleAlert size={16} aria-hidden="true" />
      <div>
        <p className={styles.message}>{reveal(error.message)}</p>
        <p>{advise(error)}</p>
      </div>
      {retry !== undefined && <Button onPress={retry}>Try again</Button>}
    </div>
  );
}

function advise(error: Error): string {
  const code = error instanceof ApiError ? error.code : '';
  if (code === 'unreachable') return 'Is it still running? Start it with npm start.';
  if (code === 'unauthenticated')
    return 'This collector asks for its API key: reload the page and give it as the password.';
  if (code === 'timed_out') return 'A shorter time range or more filters make the question smaller.';
  if (code === 'store_unavailable')
    return 'Spans are still accepted and kept; they appear when the store is back.';
  if (code === 'not_found') return 'It may have expired, been erased, or not arrived yet.';
  return code === '' ? 'This is a fault of the page.' : `Error code: ${code}`;
}
