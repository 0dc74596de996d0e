import { useState } from 'react';
import { formatBytes } from '../format/number.ts';
import { head, prettyJson, reveal } from '../format/text.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import styles from './json-view.module.css';

const shown_characters = 20_000;

/** A JSON value as indented text. A large one shows its head until asked for the rest. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const [is_whole, setWhole] = useState(false);
  const text = prettyJson(value);
  const shown = is_whole ? text : head(text, shown_characters);
  return (
    <div className={styles.frame}>
      <div className={styles.copy}>
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
      <pre className={styles.text}>{reveal(shown)}</pre>
      {shown.length < text.length && (
        <Button onPress={() => setWhole(true)}>Show all {formatBytes(text.length)}</Button>
      )}
    </div>
  );
}
