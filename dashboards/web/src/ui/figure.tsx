import type { ReactNode } from 'react';
import styles from './figure.module.css';

/** A figure with its name, for rows of key figures. To be put in a `dl`. */
export function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
