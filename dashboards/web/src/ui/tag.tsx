import type { ReactNode } from 'react';
import styles from './tag.module.css';

interface Props {
  tone?: 'neutral' | 'good' | 'warn' | 'danger';
  children: ReactNode;
}

/** A short word with a tone; the word alone carries the meaning. */
export function Tag({ tone = 'neutral', children }: Props) {
  return <span className={`${styles.tag} ${styles[tone]}`}>{children}</span>;
}
