import type { ReactNode, Ref } from 'react';
import { classes } from './classes.ts';
import styles from './scroll-region.module.css';

interface Props {
  label: string;
  className?: string | undefined;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
}

/** Content that scrolls by itself. It takes focus, so that the arrow keys scroll it. */
export function ScrollRegion({ label, className, ref, children }: Props) {
  return (
    <section ref={ref} aria-label={label} className={classes(styles.region, className)} {...focusable}>
      {children}
    </section>
  );
}

const focusable = { tabIndex: 0 };
