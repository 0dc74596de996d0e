import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import styles from './button.module.css';
import { classes } from './classes.ts';

interface Props extends Omit<ButtonProps, 'className'> {
  look?: 'plain' | 'outline' | 'solid';
  className?: string | undefined;
}

export function Button({ look = 'outline', className, ...props }: Props) {
  return <AriaButton {...props} className={classes(styles.button, styles[look], className)} />;
}
