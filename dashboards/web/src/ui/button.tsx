import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import styles from './button.module.css';
import { classes } from './classes.ts';

interface Props extends Omit<ButtonProps, 'className'> {
  look?: 'plain' | 'outline' | 'solid';
  /** For a button that is an icon and nothing else. */
  is_square?: boolean;
  className?: string | undefined;
}

export function Button({ look = 'outline', is_square = false, className, ...props }: Props) {
  return (
    <AriaButton
      {...props}
      className={classes(styles.button, styles[look], is_square && styles.square, className)}
    />
  );
}
