import { onTestFinished } from 'vitest';
import { eventually, type SpawnedCollector, type SpawnOptions, spawnCollector } from './spawn-collector.ts';

export { eventually } from './spawn-collector.ts';

export interface RunningCollector extends SpawnedCollector {
  readonly port: number;
  sql(statement: string): Promise<Record<string, unknown>[]>;
  get(path: string): Promise<Record<string, unknown>>;
}

/** The real collector as a process of its own; killed when the test is over. */
export async function startCollector(options: SpawnOptions): Promise<RunningCollector> {
  const collector = await spawnCollector(options);
  const { child, pid, url } = collector;
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
  });
  return {
    ...collector,
    port: Number(new URL(url).port),
    sql: (statement) => runSql(url, statement),
    async get(path) {
      const response = await fetch(url + path);
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as Record<string, unknown>;
    },
  };
}

async function runSql(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}/api/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  const answer = (await response.json()) as {
    rows: Record<string, unknown>[];
    message?: string;
    truncated: boolean;
  };
  if (!response.ok) throw new Error(`${sql}: ${answer.message}`);
  if (answer.truncated) throw new Error(`${sql}: the answer was cut`);
  return answer.rows;
}

/** Waits until everything acknowledged is stored. */
export async function untilStored(collector: RunningCollector): Promise<void> {
  await eventually(
    async () =>
      ((await collector.get('/api/stats'))['journal'] as { lag_bytes: number | null }).lag_bytes === 0,
    collector.said,
  );
}
