import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { examples } from './examples.ts';
import { ResultTable } from './result-table.tsx';
import styles from './sql-page.module.css';

const route = getRouteApi('/sql');

/** Asks the tables directly. The statement run is in the URL; running it again asks again. */
export function SqlPage(): ReactNode {
  const { sql = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/sql' });
  const [statement, setStatement] = useState(sql);
  useEffect(() => setStatement(sql), [sql]);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['sql', sql],
    queryFn: ({ signal }) => api.sql(sql, signal),
    enabled: sql !== '',
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const run = (wanted: string) => {
    const trimmed = wanted.trim();
    if (trimmed === '') return;
    if (trimmed === sql) void refetch();
    else void navigate({ search: { sql: trimmed } });
  };
  return (
    <div className={styles.page}>
      <h1>SQL</h1>
      <Editor statement={statement} onChange={setStatement} onRun={run} />
      {isFetching && <Loading what="result" />}
      {error !== null && !isFetching && <ErrorNotice error={error} />}
      {data !== undefined && error === null && !isFetching && <ResultTable answer={data} />}
      {sql === '' && <Examples onRun={run} />}
    </div>
  );
}

interface EditorProps {
  statement: string;
  onChange(statement: string): void;
  onRun(statement: string): void;
}

function Editor({ statement, onChange, onRun }: EditorProps) {
  return (
    <div className={styles.editor}>
      <textarea
        aria-label="SQL statement"
        placeholder="SELECT … FROM spans"
        spellCheck={false}
        rows={6}
        value={statement}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onRun(statement);
          }
        }}
      />
      <div className={styles.bar}>
        <p>One read-only statement. Bound it by time where you can: days outside the bounds are not read.</p>
        <Button look="solid" isDisabled={statement.trim() === ''} onPress={() => onRun(statement)}>
          <Play size={13} aria-hidden="true" />
          Run <kbd>Ctrl Enter</kbd>
        </Button>
      </div>
    </div>
  );
}

function Examples({ onRun }: { onRun(statement: string): void }) {
  return (
    <section className={styles.examples} aria-labelledby="examples">
      <h2 id="examples">Begin with one of these</h2>
      <ul>
        {examples.map(({ title, sql }) => (
          <li key={title}>
            <button type="button" onClick={() => onRun(sql)}>
              <span>{title}</span>
              <code>{sql}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
