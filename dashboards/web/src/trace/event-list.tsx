import type { Json, Span } from '../api/client.ts';
import { formatDuration } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { placed } from '../ui/placed.ts';
import { Group, listOf } from './attributes-table.tsx';
import styles from './event-list.module.css';

/** What happened during the span, in the order it was sent. */
export function EventList({ span }: { span: Span }) {
  const events = Array.isArray(span.events) ? span.events : [];
  const links = Array.isArray(span.links) ? span.links : [];
  if (events.length === 0 && links.length === 0)
    return <p className={styles.none}>No events and no links.</p>;
  return (
    <ol className={styles.list}>
      {placed(events).map(({ place, value: event }) => (
        <li key={`event ${place}`}>
          <Group title={titleOf(event, span.start_time)} attributes={listOf(attributesOf(event))} />
        </li>
      ))}
      {placed(links).map(({ place, value: link }) => (
        <li key={`link ${place}`}>
          <Group title="Link" attributes={listOf(link)} />
        </li>
      ))}
    </ol>
  );
}

function titleOf(event: Json, span_start: string): string {
  const after_ms = Date.parse(textOf(event, 'time')) - Date.parse(span_start);
  const after = Number.isNaN(after_ms) ? '' : `, after ${formatDuration(after_ms)}`;
  return `${reveal(nameOf(event))}${after}`;
}

function nameOf(event: Json): string {
  return textOf(event, 'name') || 'unnamed';
}

function textOf(event: Json, key: string): string {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return '';
  const value = event[key];
  return typeof value === 'string' ? value : '';
}

/** The attributes, or the whole event where it has none of the known shape. */
function attributesOf(event: Json): Json {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return { value: event };
  return event.attributes ?? event;
}
