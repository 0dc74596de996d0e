import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { api, type Json, type SpanDetail } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { JsonView } from '../ui/json-view.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { AttributesTable } from './attributes-table.tsx';
import { Conversation } from './conversation.tsx';
import { EventList } from './event-list.tsx';
import { SpanFacts } from './span-facts.tsx';
import { SpanHeader } from './span-header.tsx';
import styles from './span-panel.module.css';

/** Everything known about one span. */
export function SpanPanel({ trace_id, span_id }: { trace_id: string; span_id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['span', trace_id, span_id],
    queryFn: ({ signal }) => api.span(trace_id, span_id, signal),
    staleTime: 60_000,
  });
  return (
    <section className={styles.panel} aria-label="Span">
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Loading what="span" />}
      {data !== undefined && <LoadedSpan detail={data} />}
    </section>
  );
}

interface View {
  id: string;
  label: string;
  count?: number;
  content: ReactNode;
}

function LoadedSpan({ detail }: { detail: SpanDetail }) {
  const { span } = detail;
  const messages = detail.input_messages.length + detail.output_messages.length;
  const events = countOf(span.events);
  const views: readonly View[] = [
    { id: 'conversation', label: 'Conversation', count: messages, content: <Conversation detail={detail} /> },
    { id: 'facts', label: 'Facts', content: <SpanFacts span={span} /> },
    {
      id: 'attributes',
      label: 'Attributes',
      count: countOf(span.attributes),
      content: <AttributesTable span={span} />,
    },
    { id: 'events', label: 'Events', count: events, content: <EventList span={span} /> },
    { id: 'raw', label: 'Raw', content: <RawSpan detail={detail} /> },
  ];
  return (
    <>
      <SpanHeader span={span} />
      <Tabs className={styles.tabs ?? ''} defaultSelectedKey={messages > 0 ? 'conversation' : 'facts'}>
        <TabList aria-label="Views of the span" className={styles.list ?? ''}>
          {views.map(({ id, label, count }) => (
            <Tab key={id} id={id} className={styles.tab ?? ''}>
              {label}
              {count !== undefined && count > 0 && <span className={styles.count}>{formatCount(count)}</span>}
            </Tab>
          ))}
        </TabList>
        {views.map(({ id, content }) => (
          <TabPanel key={id} id={id} className={styles.content ?? ''}>
            {content}
          </TabPanel>
        ))}
      </Tabs>
    </>
  );
}

function RawSpan({ detail }: { detail: SpanDetail }) {
  return (
    <div className={styles.raw}>
      <JsonView value={detail} label="span as JSON" />
    </div>
  );
}

function countOf(value: Json): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
