import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { classes } from '../ui/classes.ts';
import fields from '../ui/field.module.css';
import styles from './search-box.module.css';

const pause_ms = 300;

/** Finds by span name or id. Typing is sent on after a pause, so that not every letter is a question. */
export function SearchBox({ value, onChange }: { value: string; onChange(text: string): void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = useRef(onChange);
  send.current = onChange;
  useEffect(() => {
    // The URL changed by itself, as by the back button: it wins over what was typed.
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      send.current(sent.current);
    }, pause_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={styles.box}>
      <Search size={14} aria-hidden="true" />
      <input
        type="search"
        className={classes(fields.input, styles.input)}
        aria-label="Span name or id"
        placeholder="Span name or id"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
