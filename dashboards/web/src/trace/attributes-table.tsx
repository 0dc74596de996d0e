import { Search } from 'lucide-react';
import { useState } from 'react';
import type { Json, Span } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { head, prettyJson, reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import fields from '../ui/field.module.css';
import styles from './attributes-table.module.css';

interface Attribute {
  name: string;
  text: string;
}

const shown_rows = 300;
const shown_characters = 2_000;

/** Attributes of the span and of its resource, as sent, with a search over names and values. */
export function AttributesTable({ span }: { span: Span }) {
  const [wanted, setWanted] = useState('');
  return (
    <div className={styles.view}>
      <div className={styles.search}>
        <Search size={14} aria-hidden="true" />
        <input
          type="search"
          className={classes(fields.input, styles.input)}
          aria-label="Search attributes"
          placeholder="Search names and values"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <Group title="Span" attributes={search(listOf(span.attributes), wanted)} />
      <Group title="Resource" attributes={search(listOf(span.resource), wanted)} />
    </div>
  );
}

/** Attributes shared by the views of a span: also those of its events. */
export function Group({ title, attributes }: { title: string; attributes: readonly Attribute[] }) {
  const [limit, setLimit] = useState(shown_rows);
  return (
    <table className={styles.table}>
      <caption>
        {title} <span className={styles.count}>{formatCount(attributes.length)}</span>
      </caption>
      <tbody>
        {attributes.slice(0, limit).map(({ name, text }) => (
          <tr key={name}>
            <th scope="row">{reveal(name)}</th>
            <td>
              <Value text={text} />
            </td>
            <td className={styles.copy}>
              <CopyButton text={text} label={`Copy ${reveal(name)}`} />
            </td>
          </tr>
        ))}
      </tbody>
      {attributes.length > limit && (
        <tfoot>
          <tr>
            <td colSpan={3}>
              <Button onPress={() => setLimit(attributes.length)}>Show all</Button>
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

export function listOf(attributes: Json): Attribute[] {
  if (typeof attributes !== 'object' || attributes === null) return [];
  return Object.entries(attributes)
    .map(([name, value]) => ({ name, text: prettyJson(value) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function Value({ text }: { text: string }) {
  const [is_whole, setWhole] = useState(false);
  const shown = is_whole ? text : head(text, shown_characters);
  return (
    <>
      <code className={styles.value}>{reveal(shown)}</code>
      {shown.length < text.length && (
        <Button onPress={() => setWhole(true)}>Show all {formatCount(text.length)} characters</Button>
      )}
    </>
  );
}

function search(attributes: readonly Attribute[], wanted: string): readonly Attribute[] {
  const needle = wanted.trim().toLowerCase();
  if (needle === '') return attributes;
  return attributes.filter(({ name, text }) => `${name}\n${text}`.toLowerCase().includes(needle));
}
